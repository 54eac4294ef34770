// SPDX-License-Identifier: Apache-2.0

package program

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// firstExtra is the first descriptor that is not a standard one.
const firstExtra = 3

// InheritNothing keeps this process's children from inheriting the descriptors
// that it has itself inherited: they get only the standard ones and those given
// to them. Call it when a process starts. This process can still use all of its
// descriptors, such as those of a service manager.
func InheritNothing() error {
	if unix.CloseRange(firstExtra, ^uint(0), unix.CLOSE_RANGE_CLOEXEC) == nil {
		return nil
	}
	open, err := os.ReadDir("/proc/self/fd") // before Linux 5.11
	for _, entry := range open {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd >= firstExtra {
			unix.CloseOnExec(fd)
		}
	}
	return err
}

// always are the variables that programs of any kind need.
var always = []string{"PATH", "HOME", "TMPDIR"}

// Environ returns a short environment: the places of programs, the home and
// temporary files; the caller's named variables; and messages in English.
func Environ(names ...string) []string {
	env := []string{"LC_ALL=C"}
	for _, name := range append(always[:len(always):len(always)], names...) {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

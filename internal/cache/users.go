// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Others returns the ids of the other processes that have the cache open, as far as they
// are known: a process in a container may be seen by its lock only.
func (c *Cache) Others() []int {
	var s unix.Stat_t
	locks, err := os.ReadFile("/proc/locks")
	if err != nil || unix.Fstat(int(c.users.Fd()), &s) != nil {
		return nil
	}
	return slices.DeleteFunc(holders(string(locks), s.Ino), func(pid int) bool { return pid == os.Getpid() })
}

// holders reads lines such as "2: FLOCK  ADVISORY  READ 22086 fe:00:13759178 0 EOF"
// (proc_locks(5)) about a file. A line about a process that waits has an arrow. The device
// is not compared: on btrfs and overlayfs it is not that of stat(2).
func holders(locks string, inode uint64) (pids []int) {
	for line := range strings.Lines(locks) {
		f := strings.Fields(line)
		if len(f) < 6 || f[1] != "FLOCK" || !strings.HasSuffix(f[5], fmt.Sprintf(":%d", inode)) {
			continue
		}
		if pid, err := strconv.Atoi(f[4]); err == nil && pid > 0 && !slices.Contains(pids, pid) {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids
}

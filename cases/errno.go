// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// errnoAlias maps second names of an error to the one that is shown.
var errnoAlias = map[string]string{"EWOULDBLOCK": "EAGAIN", "EDEADLOCK": "EDEADLK", "ENOTSUP": "EOPNOTSUPP"}

// errnoNames are the known names; errnoTexts maps what strerror says of an
// error, in lower case, to its name.
var errnoNames, errnoTexts = errnoTables()

func errnoTables() (names []string, texts map[string]string) {
	texts = map[string]string{}
	for e := unix.Errno(1); e <= 255; e++ {
		if name := unix.ErrnoName(e); name != "" {
			names = append(names, errnoName(name))
			texts[strings.ToLower(e.Error())] = errnoName(name)
		}
	}
	return names, texts
}

// errnoName returns the one name of an error that may have two.
func errnoName(s string) string {
	if name := errnoAlias[s]; name != "" {
		return name
	}
	return s
}

// otherFailure is how a command may fail without a named errno: "errno 524"
// (the kernel's own ENOTSUPP), or for sh "exit 1".
var otherFailure = regexp.MustCompile(`^(errno|exit) [1-9]\d{0,3}$`)

// parseErrno reads how a command is to fail: with a named errno or without,
// or, for sh, by a signal such as SIGKILL.
func parseErrno(s string) (string, error) {
	name := errnoName(s)
	switch {
	case slices.Contains(errnoNames, name), otherFailure.MatchString(s):
		return name, nil
	case unix.SignalNum(s) != 0:
		return s, nil
	}
	return "", fmt.Errorf("unknown errno %q%s", s, didYouMean(s, errnoNames))
}

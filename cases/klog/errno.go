// SPDX-License-Identifier: Apache-2.0

package klog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/nearest"
)

// errnoAlias maps an error's second name to the one shown.
var errnoAlias = map[string]string{"EWOULDBLOCK": "EAGAIN", "EDEADLOCK": "EDEADLK", "ENOTSUP": "EOPNOTSUPP"}

// errnoNames are the known names; errnoTexts maps an error's strerror text, in
// lower case, to its name.
var errnoNames, errnoTexts = errnoTables()

func errnoTables() (names []string, texts map[string]string) {
	texts = map[string]string{}
	for e := unix.Errno(1); e <= 255; e++ {
		if name := unix.ErrnoName(e); name != "" {
			names = append(names, ErrnoName(name))
			texts[strings.ToLower(e.Error())] = ErrnoName(name)
		}
	}
	return names, texts
}

// ErrnoName returns the canonical name of an error that may have two.
func ErrnoName(s string) string {
	if name := errnoAlias[s]; name != "" {
		return name
	}
	return s
}

// ErrnoOf returns the name of the error with this strerror text.
func ErrnoOf(text string) (name string, ok bool) {
	name, ok = errnoTexts[strings.ToLower(strings.TrimSpace(text))]
	return name, ok
}

// otherFailure matches a failure without a named errno: "errno 524" (the
// kernel's own ENOTSUPP) or, for sh, "exit 1".
var otherFailure = regexp.MustCompile(`^(errno|exit) [1-9]\d{0,3}$`)

// ParseErrno reads a command's expected failure: an errno with or without a
// name or, for sh, an exit status or a signal such as SIGKILL.
func ParseErrno(s string) (string, error) {
	name := ErrnoName(s)
	switch {
	case slices.Contains(errnoNames, name), otherFailure.MatchString(s):
		return name, nil
	case unix.SignalNum(s) != 0:
		return s, nil
	}
	return "", fmt.Errorf("unknown errno %q%s", s, nearest.DidYouMean(s, errnoNames))
}

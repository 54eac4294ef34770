// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/steady"
)

// ErrBroken is wrapped by the error of a source tree that does not build. That
// is the author's fault, so a series or a bisection can go on.
var ErrBroken = errors.New("the kernel does not build")

// brokenBuild returns an error that wraps [ErrBroken].
func brokenBuild(summary, tail, log string, err error) error {
	return &blame.Error{Party: blame.User, Summary: summary, Tail: tail, Path: log, Err: fmt.Errorf("%w (%w)", ErrBroken, err)}
}

var (
	// The errors of compiler, linker, objtool, modpost and make.
	buildFault = regexp.MustCompile(`(?i)\berror\b:? |undefined reference|multiple definition|\bStop\.$|^Error:`)
	// The last lines of make itself, after the cause.
	makeEnd = regexp.MustCompile(`^make(\[\d+\])?: `)
)

const (
	maxFaultLines = 30
	maxBuildLine  = 64 << 10
)

// shortOf returns the error of a build that the host had too little for, which is not the
// source's fault. said is the line that tells of it.
func shortOf(s steady.Shortage, said, log string, err error) error {
	e := s.Fault("to build the kernel")
	e.Tail, e.Path, e.Err = said, log, err
	return e
}

// diagnoseBuild reads the log of a failed make. The first error is the summary;
// it and what follows are the tail.
func diagnoseBuild(log io.Reader, path string, cause error) error {
	var faults []string
	last := &blame.Tail{}
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, maxBuildLine)
	for lines.Scan() {
		line := lines.Text()
		if (len(faults) > 0 || buildFault.MatchString(line)) && len(faults) < maxFaultLines && !step.MatchString(line) {
			faults = append(faults, line)
		}
		fmt.Fprintln(last, line)
	}
	return brokenBuild(headline(faults), faultText(faults, last), path, cause)
}

// headline returns the compiler's own line if there is one.
func headline(faults []string) string {
	for _, line := range faults {
		if buildFault.MatchString(line) && !makeEnd.MatchString(line) {
			return strings.TrimPrefix(strings.TrimSpace(line), "../")
		}
	}
	return "make fails"
}

func faultText(faults []string, last *blame.Tail) string {
	if len(faults) == 0 {
		return last.String()
	}
	said := &blame.Tail{}
	for _, line := range faults {
		fmt.Fprintln(said, strings.TrimPrefix(line, "../"))
	}
	return said.String()
}

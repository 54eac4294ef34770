// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/report"
)

// bisectExit is the flag that makes every exit status one that git bisect run
// understands.
const bisectExit = "bisect-exit"

// errOtherFailure is a run in which cases fail, but none in the way that its
// report tells of.
var errOtherFailure = fmt.Errorf("%w: not the reported symptom", verdicts(exit.Failed))

// outcome is the error of a run that was not all PASS; nil: it was.
func outcome(results []judge.Result) error {
	code := report.ExitCode(results)
	switch code {
	case exit.Passed:
		return nil
	case exit.Failed:
	default:
		return verdicts(code)
	}
	for _, r := range results {
		if r.Verdict == judge.Fail && r.Reported != judge.NotAsReported {
			return verdicts(exit.Failed)
		}
	}
	return errOtherFailure
}

// bisectStatus is exitStatus for git bisect run. Only what this commit alone
// cannot answer skips it; whatever would go wrong on each commit ends the
// search.
func bisectStatus(err error) int {
	var v verdicts
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errOtherFailure):
		return exit.BisectSkip
	case errors.As(err, &v):
		return exit.Bisect(int(v))
	case errors.Is(err, kbuild.ErrBroken), errors.Is(err, errTimedOut):
		return exit.BisectSkip
	}
	return exit.BisectAbort
}

// wantsBisectExit tells whether --bisect-exit was given. When the flags could
// not be parsed, the words themselves must tell.
func wantsBisectExit(command *cobra.Command, args []string) bool {
	if f := command.Flags().Lookup(bisectExit); f != nil && f.Changed {
		return f.Value.String() == "true"
	}
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.ContainsFunc(args, func(arg string) bool {
		name, value, given := strings.Cut(arg, "=")
		yes, err := strconv.ParseBool(value)
		return name == "--"+bisectExit && (!given || yes && err == nil)
	})
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

// verdicts is the outcome of a run that was not all PASS. It has been
// reported already.
type verdicts int

func (v verdicts) Error() string { return fmt.Sprintf("exit status %d", int(v)) }

// exitStatus is the only place where an error becomes an exit status.
func exitStatus(err error) int {
	var v verdicts
	switch {
	case err == nil:
		return exit.Passed
	case errors.Is(err, errInterrupted):
		return exit.Interrupted
	case errors.As(err, &v):
		if other := beside(err); other != nil {
			return exit.Worse(int(v), exitStatus(other))
		}
		return int(v)
	case blame.Of(err) == blame.User:
		return exit.Usage
	}
	return exit.Error
}

// errOtherFailure is the error of a run in which cases fail, but none with its
// reported symptom.
var errOtherFailure = fmt.Errorf("%w: not the reported symptom", verdicts(exit.Failed))

// outcome returns the error of a run that was not all PASS, or nil.
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

// bisectStatus is exitStatus for git bisect run. A problem of this commit alone
// skips the commit; one that every commit would have ends the search.
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

// runStatus is the exit status of a run. A FAIL counts even if err came later,
// unless the run was interrupted.
func runStatus(d report.Document, err error) int {
	verdicts, status := report.ExitCode(d.Results()), exitStatus(err)
	if err == nil || verdicts == exit.Failed && status != exit.Interrupted {
		return verdicts
	}
	return status
}

// explain prints an error, except verdicts: first a short line, then details.
func explain(w io.Writer, err error) {
	if err = beside(err); err != nil {
		fmt.Fprint(w, "klptest: ", printable.Text(blame.Detail(err)))
	}
}

// beside returns the part of an error that is no verdicts, or nil: results may have been
// lost after the verdicts.
func beside(err error) error {
	var v verdicts
	if !errors.As(err, &v) {
		return err
	}
	all, several := err.(interface{ Unwrap() []error })
	if !several {
		return nil
	}
	var others []error
	for _, err := range all.Unwrap() {
		others = append(others, beside(err))
	}
	return blame.Join(others...)
}

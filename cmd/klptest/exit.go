// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/printable"
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
		return int(v)
	case usage(err):
		return exit.Usage
	}
	return exit.Error
}

// usage tells whether err is the user's to mend. Cobra's own errors (unknown
// command, wrong number of arguments) have no type, only fixed beginnings.
func usage(err error) bool {
	for _, prefix := range []string{"unknown command", "accepts ", "requires ", "required flag", "unknown flag", "if any flags"} {
		if strings.HasPrefix(err.Error(), prefix) {
			return true
		}
	}
	return blame.Of(err) == blame.User
}

// explain prints an error, the short line first; details follow.
func explain(w io.Writer, err error) {
	var v verdicts
	if err == nil || errors.As(err, &v) {
		return
	}
	fmt.Fprint(w, "klptest: ", printable.Text(blame.Detail(err)))
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/printable"
)

// explored is an exploration that has ended.
type explored struct {
	explore.Report
	skip int    // sequences that were skipped
	out  string // directory for a reproducer
}

// explored reports the outcome, and writes the reproducer. err is why the
// exploration ended early; a difference that was found counts even then, unless
// the exploration was interrupted.
func (a *app) explored(x explored, err error) error {
	ran := x.Sequences - x.skip
	if ran > 0 {
		fmt.Fprintln(a.out, printable.Text(x.Progress.String()))
	}
	switch {
	case x.Difference != nil:
		if writeErr := a.difference(x); writeErr != nil {
			return writeErr
		}
		return a.failWith(err)
	case err != nil && ran > 0 && x.Unjudged == 0:
		fmt.Fprintf(a.err, "klptest: to continue from here: --skip %d\n", x.Sequences)
		return err
	case err != nil:
		return err
	case ran <= 0:
		a.notice(x.whyNothing())
		return verdicts(exit.Nothing)
	case x.Unjudged > 0:
		return blame.Rigf("no difference, but %s could not be judged: %s", printable.Count(x.Unjudged, "sequence", "sequences"), x.Trouble)
	}
	end := fmt.Sprintf("time is up; continue with --skip %d", x.Sequences)
	if x.Whole {
		end = "all sequences were tried"
	}
	fmt.Fprintln(a.out, "no difference;", end)
	return nil
}

func (x explored) whyNothing() string {
	if x.All > 0 && x.skip >= x.All {
		return "nothing was run: there are only " + printable.Count(x.All, "sequence", "sequences")
	}
	return "nothing was run: the --budget ended before the first sequence did"
}

// difference shows a difference, then writes it.
func (a *app) difference(x explored) error {
	d := x.Difference
	name := filepath.Join(x.out, d.Name()) // beside the results, where the next run leaves it
	fmt.Fprintf(a.out, "found a difference%s: %s.txtar (%s.sh for people without klptest)\n", howOften(d), name, name)
	if d.Cut {
		a.notice("the --budget ended before the difference was as short as it gets")
	}
	fmt.Fprint(a.out, printable.Text(strings.Join(d.Result.Reasons, "\n")+"\n"+d.Result.Diff))
	if d.Result.Log != "" {
		fmt.Fprintln(a.out, "full log:", d.Result.Log)
	}
	fmt.Fprintf(a.out, "to continue after this difference: --skip %d\n", x.Sequences)
	for ending, data := range map[string][]byte{".txtar": d.File, ".sh": d.Shell} {
		if err := os.WriteFile(name+ending, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func howOften(d *explore.Difference) string {
	if d.Tried == 0 {
		return ", not tried again"
	}
	return fmt.Sprintf(", %d of %d times", d.Times, d.Tried)
}

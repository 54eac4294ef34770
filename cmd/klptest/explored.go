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
	skip     int    // sequences that were skipped
	out      string // directory for a reproducer, and for sequences that reach something new
	coverage string // results of the cases; empty: none
}

// explored reports the outcome, and writes the reproducer. err says why the
// exploration ended early, or is nil. A difference counts even then, unless the
// exploration was interrupted.
func (a *app) explored(x explored, err error) error {
	ran := x.Sequences - x.skip
	if ran > 0 {
		fmt.Fprintln(a.out, printable.Text(x.Progress.String()))
	}
	if lost := a.finds(x); lost != nil {
		err = blame.Join(err, lost)
	}
	switch {
	case x.Difference != nil:
		if writeErr := a.difference(x); writeErr != nil {
			return writeErr
		}
		return a.failWith(verdicts(exit.Failed), err)
	case err != nil && ran > 0 && x.Unjudged == 0 && !x.counts():
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
	switch {
	case x.Whole:
		end = "all sequences were tried"
	case x.counts():
		end = "time is up; another --seed makes others"
	}
	fmt.Fprintln(a.out, "no difference;", end)
	return nil
}

// counts reports whether the kernel counts the lines that it runs. Then no sequence can
// be skipped, since later ones depend on what earlier ones run.
func (x explored) counts() bool { return x.Reached.Lines > 0 }

// mostFinds is the maximum number of sequences that are listed.
const mostFinds = 10

// finds reports the sequences that reached something new, and keeps them if there is a
// directory. It lists them only with --coverage; without it, they are new only relative
// to each other.
func (a *app) finds(x explored) error {
	if x.coverage != "" && x.counts() {
		fmt.Fprintf(a.out, "%s what no case in %s has\n", printable.Count(len(x.Finds), "sequence reaches", "sequences reach"), x.coverage)
		for _, f := range x.Finds[:min(len(x.Finds), mostFinds)] {
			fmt.Fprintf(a.out, "  %s: %s\n", f.Name(), printable.Line(f.What()))
		}
	}
	if x.out == "" || len(x.Finds) == 0 {
		return nil
	}
	for _, f := range x.Finds {
		if err := os.WriteFile(filepath.Join(x.out, f.Name()+".txtar"), f.File(), 0o600); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.out, "as cases: %s\n", filepath.Join(x.out, "reach-*.txtar"))
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
	name := filepath.Join(x.out, d.Name()) // beside the results, where the next run does not remove it
	fmt.Fprintf(a.out, "found a difference%s: %s.txtar (%s.sh for people without klptest)\n", howOften(d), name, name)
	if d.Cut {
		a.notice("the --budget ended before the difference was as short as it gets")
	}
	fmt.Fprint(a.out, printable.Text(strings.Join(d.Result.Reasons, "\n")+"\n"+d.Result.Diff))
	if d.Result.Log != "" {
		fmt.Fprintln(a.out, "full log:", d.Result.Log)
	}
	if !x.counts() {
		fmt.Fprintf(a.out, "to continue after this difference: --skip %d\n", x.Sequences)
	}
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

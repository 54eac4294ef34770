// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/rig"
)

// runOptions are the flags of `klptest run`.
type runOptions struct {
	machineOptions
	fresh, oneVM bool
	format       string
	junit        string
	timeout      time.Duration
	verbose      bool
	update       bool
	ignore       []string // texts of log records that do not count
	repeat       repeatOptions
	shuffle      uint64   // 0: the cases run in the order of their names
	given        []string // the words of flags that repeat the run
}

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [CASE|PATTERN|FILE|-]...",
		Short: "Run cases and print verdicts",
		Long: `Run cases on a kernel: shipped ones, by name or pattern, or case files; - is a case
from standard input. Without arguments, run all shipped cases.

A case that fails is run again twice, each time on a fresh guest (--confirm). It
stays a FAIL, and its line says how often it failed: "3 of 3", or "1 of 3: not
deterministic". The first three FAILs of a run are always confirmed; a later one
is confirmed only while confirming has taken less than half as long as the cases'
first runs.

` + exit.Help(),
		Example: `  klptest run
  klptest run --kernel debian:6.1 'state-*'
  klptest run --kernel ~/linux --format ktap my.txtar
  klptest run --kernel bzImage --kdir ~/build -v state-add`,
		ValidArgsFunction: completeCases,
		RunE: func(c *cobra.Command, args []string) error {
			o.given = givenFlags(c.Flags())
			return a.runCases(c.Context(), args, o)
		},
	}
	runFlags(c, &o)
	return c
}

func runFlags(c *cobra.Command, o *runOptions) {
	f := c.Flags()
	machineFlags(f, &o.machineOptions)
	f.VarP(number(&o.Jobs, 0, 1, anyNumber), "jobs", "j", "cases that run side by side (default: as many as processors and memory allow)")
	f.BoolVar(&o.fresh, "fresh", false, "boot a guest for each case, instead of cloning one")
	f.BoolVar(&o.oneVM, "one-vm", false, "run the cases one at a time in one guest, to hunt for what one does to the next; a new guest follows a case that leaves it dirty")
	f.BoolVar(&o.Cold, "no-pool", false, "do not prepare guests ahead of time")
	confirmFlag(f, &o.Options)
	f.Var(seed(&o.shuffle, 0), "shuffle", "run the cases in a random order that `seed` determines")
	formatFlag(c, &o.format, formatChoices())
	f.Var(fileName{&o.junit}, "junit", "also write a JUnit report to `file`")
	f.Var(duration(&o.timeout, time.Hour), "timeout", "limit for the whole run")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "stream the kernel log to stderr")
	f.Bool(bisectExit, false, "exit as git bisect run wants it: 0 good, 1 bad, 125 cannot be judged")
	f.BoolVar(&o.update, "update", false, "rewrite the expected lines of the case files to what was observed; no FAIL is confirmed")
	f.Var(number(&o.repeat.times, 0, 1, maxRepeat), "repeat", "run each case `N` times, whatever its header Repeat says: a race does not show each time")
	f.BoolVar(&o.repeat.untilFail, "until-fail", false, "stop at the first FAIL; without --repeat, run until there is one")
	f.StringArrayVar(&o.ignore, "ignore", nil, "ignore kernel log records that contain `TEXT`, such as a vendor's notice; may be repeated")
	flagRules{apart: [][2]string{{"fresh", "one-vm"}, {"one-vm", "jobs"}, {"update", "repeat"}, {"update", "until-fail"}}}.of(c)
}

func (a *app) runCases(ctx context.Context, args []string, o runOptions) error {
	list, err := a.casesToRun(ctx, args, o)
	if err != nil {
		return err
	}
	format, err := report.FormatNamed(o.format)
	if err != nil {
		return err
	}
	junit, err := createJUnit(o.junit)
	if err != nil {
		return err
	}
	if o.update {
		o.Confirm = 0 // the first run is what is written
	}
	limited, cancel := context.WithTimeoutCause(ctx, o.timeout, errTimeout(o.timeout))
	defer cancel()
	o.Lean = !o.update && !format.Observed
	doc := report.Document{Provenance: o.planned(args, list)}
	err = a.drive(limited, list, a.reporter(format, o.verbose), &doc, o)
	results := doc.Results()
	if err := blame.Join(err, junit.write(doc), context.Cause(ctx)); err != nil {
		if report.ExitCode(results) == exit.Failed {
			return a.failWith(err)
		}
		return err
	}
	if o.update {
		explain(a.err, a.update(list, results))
	}
	return outcome(results)
}

// failWith makes a run that had a FAIL exit 1 even if err came afterwards, unless
// the run was interrupted. err may be nil.
func (a *app) failWith(err error) error {
	if exitStatus(err) == exit.Interrupted {
		return err
	}
	if err != nil {
		explain(a.err, err)
	}
	return verdicts(exit.Failed)
}

// casesToRun returns the cases in the order in which they run.
func (a *app) casesToRun(ctx context.Context, args []string, o runOptions) ([]*casefile.Case, error) {
	if o.update && slices.Contains(args, standardInput) {
		return nil, blame.Userf("--update rewrites case files, and standard input is none")
	}
	list, err := a.load(ctx, args)
	if err != nil {
		return nil, err
	}
	if o.shuffle != 0 {
		a.notice(fmt.Sprintf("in random order; --shuffle %d repeats this order", o.shuffle))
	}
	if list, err = ignoring(list, o.ignore); err != nil {
		return nil, err
	}
	if !o.update {
		list = o.repeat.of(list)
	}
	return cases.Shuffle(list, o.shuffle), updatable(args, o.update)
}

// drive makes a rig, runs the cases on it, and tells the reporter and the document
// what happens.
func (a *app) drive(ctx context.Context, list []*casefile.Case, rep report.Reporter, d *report.Document, o runOptions) error {
	if o.verbose {
		o.Console = a.err
	}
	o.Guests, o.Progress = o.guests(), rep
	r, err := a.newRig(ctx, o.machineOptions)
	if err != nil {
		d.Ending = ending(*d, err)
		return err
	}
	d.Provenance = on(d.Provenance, r)
	if err = rep.Begin(d.Provenance); err == nil {
		err = a.reportEach(r.RunCases(ctx, list), list, rep, d, o.repeat)
	}
	err = blame.Join(err, r.Close())
	if o.Keep {
		a.say("work directory: " + r.Work())
	}
	d.Ending = ending(*d, err)
	return blame.Join(err, rep.End(d.Ending))
}

// reportEach reports each result as it comes; with --until-fail, it ends the run
// after the first FAIL.
func (a *app) reportEach(run iter.Seq2[judge.Result, error], list []*casefile.Case, rep report.Reporter, d *report.Document, o repeatOptions) error {
	for res, err := range run {
		if err != nil {
			return err
		}
		outcome := report.Outcome{Case: list[len(d.Outcomes)].Text, Result: res}
		d.Outcomes = append(d.Outcomes, outcome)
		if err := rep.Case(outcome); err != nil {
			return err
		}
		if o.untilFail && res.Verdict == judge.Fail {
			a.notice(fmt.Sprintf("run %d failed: stopping (--until-fail)", len(d.Outcomes)))
			break
		}
	}
	return nil
}

// guests are those that the flags ask for.
func (o runOptions) guests() rig.Guests {
	switch {
	case o.fresh:
		return rig.Booted
	case o.oneVM:
		return rig.Shared
	}
	return rig.Cloned
}

// errTimedOut is in the error of a run that --timeout has ended.
var errTimedOut = errors.New("the run did not end in time")

func errTimeout(limit time.Duration) error {
	return &blame.Error{Party: blame.Rig, Summary: "--timeout " + limit.String(), Err: errTimedOut, Advice: "allow more time with --timeout, or run fewer cases"}
}

// updatable refuses --update for cases without a file.
func updatable(args []string, update bool) error {
	if !update {
		return nil
	}
	for _, arg := range args {
		if !cases.IsFile(arg) {
			return &blame.Error{Party: blame.User, Summary: "--update rewrites case files; " + arg + " is the name of a shipped case", Advice: "klptest show " + arg + " > " + arg + ".txtar"}
		}
	}
	if len(args) == 0 {
		return blame.Userf("--update needs the case files to rewrite")
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
)

// runOptions are the flags of `klptest run`.
type runOptions struct {
	machineOptions
	selection
	keepOptions
	fresh, pristine, oneVM bool
	format                 string
	junit                  string
	coverageDir            string          // where the results have the coverage; empty: nowhere
	label                  string          // distinguishes the run from others on the same kernel
	results                *results.Dir    // nil: none
	before                 report.Document // results that the run begins with; see resume.Before
	timeout                time.Duration
	verbose                bool
	slowest                int // how many of the slowest cases to list at the end
	update                 bool
	bundler                *bundler // nil: no bundles are wanted
	ignore                 []string // texts of log records that do not count
	repeat                 repeatOptions
	failFast               bool     // a FAIL or an ERROR ends the run
	failedIn               string   // earlier results; what failed there is run
	failedErr              error    // why that is unknown
	changed                string   // a patch; cases that run what it changes come first
	coverage               string   // results of a run with --gcov, which tell these cases
	bisect                 bool     // the exit status is for git bisect run
	strict                 bool     // a case that passes where it was expected to fail is a FAIL
	shuffle                uint64   // 0: the cases run in the order of their names
	kernels                []string // machineOptions.kernel is the present one
	given                  []string // the words of the other flags that repeat the run
	givenShell             []string // those that klptest shell takes
}

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	c := &cobra.Command{
		Use:   "run [CASE|PATTERN|FILE|DIR|-]...",
		Short: "Run cases and print verdicts",
		Long: `Run cases on a kernel: shipped cases by name or pattern, case files, or all case
files in a directory; - is a case from standard input. Without arguments, run all
shipped cases.

A guest serves case after case, as long as each passes and leaves it clean; other
results count only on a guest of the case's own.

A case that fails is run again twice, each time on a fresh guest (--confirm). It
stays a FAIL, and its line says how often it failed: "3 of 3", or "1 of 3: not
deterministic". The first three FAILs of a run are always confirmed; a later one
is confirmed only while confirming has taken less than half as long as the first
runs of the cases.

` + exit.Help(),
		Example: `  klptest run
  klptest run --kernel debian:6.1 --kernel debian:6.12 'state-*'
  klptest run --kernel ~/linux --format ktap my.txtar
  klptest run --kernel bzImage --kdir ~/build -v state-add
  klptest run --host root@192.0.2.7 --yes-crash-it 'state-*'
  klptest run --image debian.qcow2 --ssh-key ~/.ssh/id_ed25519 state-add
  klptest run --image debian.qcow2 --kernel ~/linux state-add`,
		ValidArgsFunction: completeCases,
		RunE: func(c *cobra.Command, args []string) error {
			o.runID = cmp.Or(o.runID, newRunID())
			o.settle(c.Flags())
			o.given, o.givenShell = givenFlags(c.Flags(), repeats), givenFlags(c.Flags(), opensShell)
			return a.runCases(c.Context(), args, o)
		},
	}
	a.runFlags(c, &o)
	return c
}

func (a *app) runFlags(c *cobra.Command, o *runOptions) {
	f := c.Flags()
	f.StringArrayVar(&o.kernels, "kernel", []string{a.project.kernel()}, kernelUsage+"; may be repeated: the cases run on each")
	kdirFlags(f, &o.machineOptions)
	hostFlags(f, &o.host)
	f.VarP(flags.Number(&o.Jobs, 0, 1, flags.AnyNumber), "jobs", "j", "cases that run side by side (default: as many as keep the processors busy and fit in memory)")
	f.BoolVar(&o.fresh, "fresh", false, "boot a guest for each case, instead of cloning one")
	f.BoolVar(&o.pristine, "pristine", false, "give each case a clone of its own, even if the case before it left its guest clean")
	f.BoolVar(&o.oneVM, "one-vm", false, "run the cases one at a time in one guest, to hunt for what one does to the next; after a case that leaves it dirty, a new guest is booted")
	f.BoolVar(&o.Cold, "no-pool", false, "with --pristine, do not prepare guests ahead of time")
	confirmFlag(f, &o.Options)
	f.Var(flags.Seed(&o.shuffle, 0), "shuffle", "run the cases in a random order that `seed` determines")
	selectionFlags(c, &o.selection)
	formatFlag(c, &o.format, formatChoices())
	f.Var(flags.FileName(&o.junit), "junit", "also write a JUnit report to `file`")
	resultsFlags(f, &o.keepOptions)
	bundleFlag(f, &o.keepOptions)
	f.BoolVar(&o.Gcov, "gcov", false, "tell which lines and branches of kernel/livepatch each case runs, on a kernel built by klptest kernel build --gcov")
	f.Var(flags.Duration(&o.timeout, time.Hour), "timeout", "limit for the whole run")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "stream the kernel log to stderr; cases run one at a time, unless -j is given: then each line begins with the case's name")
	slowestFlag(f, &o.slowest)
	f.BoolVar(&o.bisect, bisectExit, false, "exit as git bisect run expects: 0 good, 1 bad, 125 cannot be judged")
	f.BoolVar(&o.strict, "strict", false, "treat a case that passes but was expected to fail as a FAIL")
	f.BoolVar(&o.update, "update", false, "rewrite the expected lines of the case files to what was observed; no FAIL is confirmed")
	f.Var(flags.Number(&o.repeat.times, 0, 1, maxRepeat), "repeat", "run each case `N` times, whatever its Repeat header says: a race does not show each time")
	f.BoolVar(&o.repeat.untilFail, "until-fail", false, "stop at the first FAIL; without --repeat, run until there is one")
	f.BoolVar(&o.failFast, "fail-fast", false, "stop at the first FAIL or ERROR")
	f.Var(flags.FileName(&o.failedIn), "failed", "run what failed, or was not run, in the results in `DIR`, on the kernels where it failed unless --kernel is given")
	f.StringVar(&o.changed, "changed", "", "first run the cases that run lines changed by the patch in `file`, the quickest first, and tell which of these lines no case runs; - is standard input")
	f.Var(flags.FileName(&o.coverage), "coverage", "take the lines that each case runs, for --changed, from `DIR`, the results of run --gcov on a kernel with or without the patch")
	f.StringArrayVar(&o.ignore, "ignore", nil, "ignore kernel log records that contain `TEXT`, such as a vendor's notice; may be repeated")
	flags.Rules{
		Apart: slices.Concat(guestsApart, hostRules.Apart, [][2]string{{"update", "repeat"}, {"update", "until-fail"}, {"update", "fail-fast"}, {"update", "bundle"}, {"changed", "shuffle"}}),
		With:  slices.Concat(hostRules.With, [][2]string{{"changed", "coverage"}, {"coverage", "changed"}}),
	}.Of(c)
}

// guestsApart are the flags for kinds of guests that exclude each other.
var guestsApart = [][2]string{{"fresh", "one-vm"}, {"fresh", "pristine"}, {"pristine", "one-vm"}, {"one-vm", "jobs"}}

// runCases runs the cases. It always writes the JUnit report and the results, so that
// CI never reads earlier ones.
func (a *app) runCases(ctx context.Context, args []string, o runOptions) error {
	junit, err := createJUnit(o.junit)
	if err != nil {
		return err
	}
	if err := o.keepsWhatItReads(); err != nil {
		o.out, o.failedErr = "", err // the results stay
	} else if o.failedIn != "" {
		if args, o.failedErr = o.again(args); o.failedErr == nil && len(args) == 0 {
			a.notice("nothing failed in " + o.failedIn)
			return blame.Join(verdicts(exit.Nothing), junit.write(nil))
		}
	}
	if o.results, err = a.createResults(o.out); err != nil {
		return err
	}
	docs, err := a.runOnEach(ctx, args, o)
	err = blame.Join(err, a.closeResults(o))
	var all []judge.Result
	for _, d := range docs {
		all = append(all, d.Results()...)
	}
	if err := blame.Join(err, junit.write(docs), context.Cause(ctx)); err != nil {
		if report.ExitCode(all) == exit.Failed {
			return a.failWith(outcome(all), err)
		}
		return err
	}
	return outcome(all)
}

// failWith returns failed, the outcome of a run that had a FAIL, even if err came
// afterwards, unless the run was interrupted. err may be nil.
func (a *app) failWith(failed, err error) error {
	if exitStatus(err) == exit.Interrupted {
		return err
	}
	if err != nil {
		explain(a.err, err)
	}
	return failed
}

// check refuses options that no run can have.
func (o runOptions) check() error {
	switch {
	case o.failedErr != nil:
		return o.failedErr
	case o.host.address != "" && len(o.kernels) > 1:
		return blame.Userf("a machine runs one kernel; %d are named", len(o.kernels))
	case len(o.kernels) > 1 && o.format != report.HumanFormat:
		return blame.AdviseUserf("name one, or write --junit FILE, which has a suite for each", "--format %s is a report of one kernel; %d are named", o.format, len(o.kernels))
	case len(o.kernels) > 1 && o.update:
		return blame.Userf("--update writes what one kernel does; %d are named", len(o.kernels))
	}
	return o.checkHost()
}

// casesToRun returns the cases in the order in which they run.
func (a *app) casesToRun(ctx context.Context, args []string, o runOptions) ([]*casefile.Case, error) {
	if o.update && slices.Contains(args, standardInput) {
		return nil, blame.Userf("--update rewrites case files, and standard input is none")
	}
	if o.changed == standardInput && slices.Contains(args, standardInput) {
		return nil, blame.Userf("standard input is either the patch or a case")
	}
	list, err := a.load(ctx, args)
	if err == nil {
		a.tellUnused(args, list)
		list, err = o.selection.of(list)
	}
	if err != nil {
		return nil, err
	}
	if o.shuffle != 0 {
		a.notice(fmt.Sprintf("in random order; --shuffle %d repeats this order", o.shuffle))
	}
	if list, err = ignoring(list, o.ignore); err != nil {
		return nil, err
	}
	if list, err = a.changedFirst(ctx, list, o); err != nil {
		return nil, err
	}
	if o.update {
		err = updatable(args, list)
	} else {
		list = o.repeat.of(a.expecting(list, o))
	}
	return cases.Shuffle(list, o.shuffle), err
}

// errTimedOut is wrapped by the error of a run that --timeout has ended.
var errTimedOut = errors.New("the run did not end in time")

func errTimeout(limit time.Duration) error {
	return &blame.Error{Party: blame.Rig, Summary: "--timeout " + limit.String(), Err: errTimedOut, Advice: "allow more time with --timeout, or run fewer cases"}
}

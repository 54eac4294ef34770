// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/rig"
)

// work describes a run: its tests, how a report shows their results, and the rig that
// they run on.
type work struct {
	tests   []rig.Test
	outcome func(i int, res judge.Result) report.Outcome
	open    func(context.Context, machineOptions) (*rig.Rig, error)
	bundle  func(i int, p report.Provenance, o report.Outcome) error // bundles a FAIL; may be nil
}

// drive runs cases.
func (a *app) drive(ctx context.Context, list []*casefile.Case, rep report.Reporter, d *report.Document, o runOptions) error {
	show := func(i int, res judge.Result) report.Outcome {
		if o.update {
			res = a.updated(list[i], res)
		}
		return report.Outcome{Case: list[i].Text, Result: res, Live: true}
	}
	bundle := func(i int, p report.Provenance, outcome report.Outcome) error {
		return o.bundler.add(p, list[i], outcome)
	}
	return a.driveTests(ctx, work{rig.Cases(list), show, a.newRig, bundle}, rep, d, o)
}

// driveTests makes a rig, runs the tests on it, and passes the results to the reporter
// and the document.
func (a *app) driveTests(ctx context.Context, w work, rep report.Reporter, d *report.Document, o runOptions) error {
	if o.verbose {
		o.Console, o.Jobs = a.err, cmp.Or(o.Jobs, 1) // else the lines of several guests would mix
	}
	o.Jobs = cmp.Or(o.Jobs, a.project.Jobs)
	o.Guests, o.Progress = o.guests(), rep
	r, err := w.open(ctx, o.machineOptions)
	if err != nil {
		d.Ending = ending(*d, err)
		return err
	}
	d.Provenance = on(d.Provenance, r)
	o.bundler.on(ctx, r)
	d.Estimates, d.Jobs = estimates(d.Provenance, w.tests), r.Jobs(w.tests)
	ran := newCoverage(r.Gcov())
	if err = rep.Begin(d.Provenance); err == nil {
		w.outcome = ran.with(ctx, w.outcome)
		err = a.reportEach(r.Run(ctx, w.tests), w, rep, d, o)
	}
	err = blame.Join(err, a.counted(ctx, ran, d, o), r.Close())
	if left := r.Left(); left != "" {
		a.say(left) // even after an interrupt
	}
	remember(*d)
	d.Ending = ending(*d, err)
	if o.failFast {
		d.Total = d.Planned // the others were meant to run
	}
	if r.Kept() {
		d.Kept = r.Work()
	}
	if o.Keep {
		a.notice("work directory: " + r.Work())
	}
	return blame.Join(err, rep.End(d.Ending))
}

// reportEach reports each result as it comes; with --until-fail or --fail-fast, it
// ends the run early.
func (a *app) reportEach(run iter.Seq2[judge.Result, error], w work, rep report.Reporter, d *report.Document, o runOptions) error {
	for res, err := range run {
		if err != nil {
			return err
		}
		outcome := w.outcome(len(d.Outcomes), res)
		d.Outcomes = append(d.Outcomes, outcome)
		err = rep.Case(outcome)
		if w.bundle != nil {
			err = blame.Join(err, w.bundle(len(d.Outcomes)-1, d.Provenance, outcome))
		}
		if err != nil {
			return err
		}
		switch {
		case o.repeat.untilFail && outcome.Verdict == judge.Fail:
			a.notice(fmt.Sprintf("run %d failed: stopping (--until-fail)", len(d.Outcomes)))
			return nil
		case o.failFast && (outcome.Verdict == judge.Fail || outcome.Verdict == judge.Error):
			a.notice("stopping at the first failure (--fail-fast)")
			return nil
		}
	}
	return nil
}

// guests returns the kind of guests that the flags ask for.
func (o runOptions) guests() rig.Guests {
	switch {
	case o.fresh:
		return rig.Booted
	case o.oneVM:
		return rig.Shared
	case o.pristine:
		return rig.Cloned
	}
	return rig.Proven
}

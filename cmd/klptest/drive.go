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

// drive makes a rig, runs the cases on it, and tells the reporter and the document
// what happens.
func (a *app) drive(ctx context.Context, list []*casefile.Case, rep report.Reporter, d *report.Document, o runOptions) error {
	if o.verbose {
		o.Console, o.Jobs = a.err, cmp.Or(o.Jobs, 1) // the lines of several guests would be mixed
	}
	o.Jobs = cmp.Or(o.Jobs, a.project.Jobs)
	o.Guests, o.Progress = o.guests(), rep
	r, err := a.newRig(ctx, o.machineOptions)
	if err != nil {
		d.Ending = ending(*d, err)
		return err
	}
	d.Provenance = on(d.Provenance, r)
	o.bundler.on(ctx, r)
	d.Estimates, d.Jobs = estimates(d.Provenance, list), r.Jobs(list)
	if err = rep.Begin(d.Provenance); err == nil {
		err = a.reportEach(r.RunCases(ctx, list), list, rep, d, o)
	}
	err = blame.Join(err, r.Close())
	remember(*d)
	d.Ending = ending(*d, err)
	if o.failFast {
		d.Total = d.Planned // the others were to run
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
func (a *app) reportEach(run iter.Seq2[judge.Result, error], list []*casefile.Case, rep report.Reporter, d *report.Document, o runOptions) error {
	for res, err := range run {
		if err != nil {
			return err
		}
		c := list[len(d.Outcomes)]
		if o.update {
			res = a.updated(c, res)
		}
		outcome := report.Outcome{Case: c.Text, Result: res, Live: true}
		d.Outcomes = append(d.Outcomes, outcome)
		if err := blame.Join(rep.Case(outcome), o.bundler.add(d.Provenance, c, outcome)); err != nil {
			return err
		}
		switch {
		case o.repeat.untilFail && res.Verdict == judge.Fail:
			a.notice(fmt.Sprintf("run %d failed: stopping (--until-fail)", len(d.Outcomes)))
			return nil
		case o.failFast && (res.Verdict == judge.Fail || res.Verdict == judge.Error):
			a.notice("stopping at the first failure (--fail-fast)")
			return nil
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
	case o.pristine:
		return rig.Cloned
	}
	return rig.Proven
}

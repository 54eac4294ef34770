// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/resume"
)

// runOnEach runs the cases on one kernel after another, and returns what happened on
// each. A kernel that cannot be had does not keep the others from being tested.
func (a *app) runOnEach(ctx context.Context, args []string, o runOptions) (docs []report.Document, err error) {
	list, format, err := a.plan(ctx, args, &o)
	if err != nil {
		o.kernel = strings.Join(o.kernels, ", ")
		d := report.Document{Provenance: o.planned(args, nil)}
		d.Ending = ending(d, err)
		return []report.Document{d}, blame.Join(err, o.results.Add(d))
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, errTimeout(o.timeout))
	defer cancel()
	var errs []error
	for _, o.kernel = range o.kernels {
		d := report.Document{Provenance: o.planned(args, list)}
		err := a.runOn(ctx, list, format, &d, o)
		docs, errs = append(docs, d), append(errs, err)
		if o.stopped(d) {
			break
		}
	}
	if len(docs) > 1 {
		_, err := io.WriteString(a.out, report.Total(docs))
		errs = append(errs, err)
	}
	return docs, blame.Join(errs...)
}

// stopped reports whether the results of a run cancel the runs after it.
func (o runOptions) stopped(d report.Document) bool {
	status := report.ExitCode(d.Results())
	return o.repeat.untilFail && status == exit.Failed || o.failFast && (status == exit.Failed || status == exit.Error)
}

// plan finds the cases to run, and refuses options that no run can have.
func (a *app) plan(ctx context.Context, args []string, o *runOptions) ([]*casefile.Case, report.Format, error) {
	if err := o.check(); err != nil {
		return nil, report.Format{}, err
	}
	format, err := report.FormatNamed(o.format)
	if err != nil {
		return nil, format, err
	}
	list, err := a.casesToRun(ctx, args, *o)
	if o.update {
		o.Confirm = 0 // the first run is the one that is written
	}
	if o.host.given() {
		if o.host.address != "" {
			list = leaversLast(list)
		}
		if !o.kernelGiven {
			o.kernels = []string{o.host.name()} // its own kernel
		}
	}
	o.Lean = !o.update && !format.Observed && o.out == "" && !o.bundle
	if o.bundle {
		o.bundler = newBundler(*o, a.notice)
	}
	return list, format, err
}

// runOn runs the cases on one kernel.
func (a *app) runOn(ctx context.Context, list []*casefile.Case, format report.Format, d *report.Document, o runOptions) error {
	next := o.results.Next()
	o.coverageDir = next.CoverageDir()
	kept := &beginning{Reporter: resume.Before(next, o.before)}
	err := context.Cause(ctx)
	if err == nil {
		shown := &beginning{Reporter: a.reporter(format, o.verbose, o.slowest)}
		err = shown.complete(format, d, a.drive(ctx, list, report.Both(shown, kept), d, o))
	}
	if err != nil && d.Error == "" {
		d.Ending = ending(*d, err)
	}
	if !kept.begun {
		err = blame.Join(err, d.Play(kept))
	}
	return err
}

// beginning records whether a run has begun. If it has not, its report is still to be
// written.
type beginning struct {
	report.Reporter
	begun bool
}

func (b *beginning) Begin(p report.Provenance) error {
	b.begun = true
	return b.Reporter.Begin(p)
}

// complete writes the report of a run that could not begin because of an error. The human
// format has only the error.
func (b *beginning) complete(f report.Format, d *report.Document, err error) error {
	if err == nil || b.begun || f.Name == report.HumanFormat {
		return err
	}
	return blame.Join(err, d.Play(b))
}

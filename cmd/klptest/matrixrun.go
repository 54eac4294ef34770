// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/resume"
)

// runCells runs one cell after another, and prints the counts of each. An error in one
// does not keep the others from running. After --timeout, the cells that are left are
// listed as not begun, and the verdicts so far count; after an interrupt, nothing is listed.
func (a *app) runCells(ctx context.Context, cells []*cell) error {
	table, told := cellTable{status: exit.Nothing}, map[string]bool{}
	for i, c := range cells {
		if len(c.list) == 0 {
			continue // other shards have its cases
		}
		if why := context.Cause(ctx); errors.Is(why, errTimedOut) {
			table.notBegun(c)
			a.explainOnce(a.keepNotBegun(c, why), told)
			continue
		}
		a.notice(fmt.Sprintf("cell %d of %d: %s", i+1, len(cells), c.Label()))
		d, err := a.runCell(ctx, c)
		over := context.Cause(ctx)
		if over != nil && !errors.Is(over, errTimedOut) {
			return over
		}
		a.explainOnce(blame.Join(err, over), told)
		if err != nil && d.Error == "" {
			d.Ending = ending(d, err)
		}
		table.add(c, d)
	}
	return table.write(a.out)
}

// keepNotBegun writes results that say why a cell was not run, unless there are some from
// before. Otherwise, what reads the directory would not know of the cell.
func (a *app) keepNotBegun(c *cell, why error) error {
	attempts, err := resume.Find(c.dir, c.name, c.o.runID, c.o.label)
	if err != nil || attempts.Any() {
		return err
	}
	to, err := a.createResults(attempts.Next())
	if err != nil {
		return err
	}
	d := report.Document{Provenance: c.o.planned(nil, c.o.repeat.of(c.list))}
	d.Ending = ending(d, why)
	return blame.Join(to.Add(d), to.Close())
}

// explainOnce explains an error in full only the first time: a kernel that cannot be had
// may have several cells.
func (a *app) explainOnce(err error, told map[string]bool) {
	switch {
	case err == nil:
	case told[err.Error()]:
		a.say(err.Error())
	default:
		told[err.Error()] = true
		explain(a.err, err)
	}
}

// runCell runs what is left of a cell, and returns all of its results.
func (a *app) runCell(ctx context.Context, c *cell) (report.Document, error) {
	d, err := a.resumeCell(ctx, c, false)
	if errors.Is(err, resume.ErrOtherKernel) {
		a.notice(c.Label() + ": the kernel is another one than before; all cases run again")
		d, err = a.resumeCell(ctx, c, true)
	}
	return d, err
}

// resumeCell makes the next attempt at a cell, unless nothing is left to run; with anew, it
// discards the results of earlier attempts.
func (a *app) resumeCell(ctx context.Context, c *cell, anew bool) (d report.Document, err error) {
	attempts, err := resume.Find(c.dir, c.name, c.o.runID, c.o.label)
	if err != nil {
		return d, err
	}
	for _, dir := range attempts.Damaged {
		a.notice("no results can be read from " + dir + "; its cases run again")
	}
	before := attempts.Document
	if anew {
		before = report.Document{}
	}
	var left []*casefile.Case
	before.Outcomes, left = resume.Finished(before, c.list, c.o.repeat.rounds)
	if len(before.Outcomes) > 0 && len(left) == 0 {
		if err := a.checkKernel(ctx, c, before.Provenance); err != nil {
			return attempts.Document, err
		}
		if attempts.Settled() {
			c.there = true
			a.notice(c.Label() + ": all results are there")
			return attempts.Document, nil
		}
	}
	return a.nextAttempt(ctx, c, attempts, before, left)
}

// nextAttempt runs what is left of a cell. It removes the earlier attempts once their
// results are copied.
func (a *app) nextAttempt(ctx context.Context, c *cell, attempts *resume.Attempts, before report.Document, left []*casefile.Case) (d report.Document, err error) {
	if len(before.Outcomes) > 0 {
		a.notice(fmt.Sprintf("%s: %s there from before", c.Label(), printable.Count(len(before.Outcomes), "result is", "results are")))
	}
	o := c.o
	if o.results, err = a.createResults(attempts.Next()); err != nil {
		return d, err
	}
	if len(left) == 0 {
		d = resume.Whole(before)
		err = o.results.Add(d)
	} else {
		o.before = before
		d, err = a.runLeft(ctx, c, left, o)
	}
	lost := o.results.Close()
	err = blame.Join(err, lost)
	if lost == nil && ctx.Err() == nil && !errors.Is(err, resume.ErrOtherKernel) {
		err = blame.Join(err, attempts.Tidy())
	}
	return d, err
}

// runLeft runs cases, and returns their results after the earlier ones.
func (a *app) runLeft(ctx context.Context, c *cell, left []*casefile.Case, o runOptions) (report.Document, error) {
	var err error
	o.kernel, err = a.cellKernel(ctx, c)
	list := cases.Shuffle(o.repeat.of(a.expecting(left, o)), o.shuffle)
	if o.bundle {
		o.bundler = newBundler(o, a.notice)
		o.bundler.dir, o.bundler.prefix = filepath.Join(c.dir, "bundles"), c.name+"-"
	}
	d := report.Document{Provenance: o.planned(nil, list)}
	format, ferr := report.FormatNamed(report.HumanFormat)
	if err = blame.Join(err, ferr); err == nil {
		err = a.runOn(ctx, list, format, &d, o)
	} else {
		d.Ending = ending(d, err)
		err = blame.Join(err, d.Play(resume.Before(o.results.Next(), o.before)))
	}
	d.Outcomes = append(o.before.Outcomes, d.Outcomes...)
	d.Total += len(o.before.Outcomes)
	return d, err
}

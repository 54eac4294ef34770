// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"crypto/rand"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/lab"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
	"github.com/klptest/klptest/internal/rig"
)

// resultsFlags are those of a command that keeps its results.
func resultsFlags(f *pflag.FlagSet, out, runID *string) {
	f.Var(fileName{out}, "out", "write the results to `directory`, in all formats and as they come, with the logs of what does not pass")
	f.Var(nameValue{runID}, "run-id", "the `name` of the run that this one is a part of: of results with one name, what was run again counts once (default: a random one)")
}

// createResults makes the directory of --out; none is asked for by an empty path.
func (a *app) createResults(path string) (*results.Dir, error) {
	if path == "" {
		return nil, nil
	}
	return results.Create(path, a.notice)
}

// closeResults completes the directory of --out, and says where people look.
func (a *app) closeResults(o runOptions) error {
	if o.results == nil {
		return nil
	}
	if err := o.results.Close(); err != nil {
		return err
	}
	a.notice("results: " + filepath.Join(o.out, report.HTMLFile))
	return nil
}

// kept keeps the results of a command that runs cases on many kernels.
type kept struct {
	dir   *results.Dir
	runID string
	label string // of the next run

	run *results.Run
	doc report.Document
}

var _ lab.Recorder = (*kept)(nil)

// keptIn makes the directory of --out; nil is returned for an empty path.
func (a *app) keptIn(out, runID string) (*kept, error) {
	dir, err := a.createResults(out)
	if dir == nil {
		return nil, err
	}
	return &kept{dir: dir, runID: cmp.Or(runID, newRunID())}, nil
}

// keeping calls f with what keeps its results, and completes that.
func (a *app) keeping(out, runID string, f func(*kept) error) error {
	k, err := a.keptIn(out, runID)
	if err != nil {
		return err
	}
	return blame.Join(f(k), k.close())
}

// recording is a runner whose results are kept; k may be nil.
func (k *kept) recording(r lab.Runner) lab.Runner {
	if k != nil {
		r.Results = k
	}
	return r
}

// next names the next run.
func (k *kept) next(label string) {
	if k != nil {
		k.label = label
	}
}

// Begin is of [lab.Recorder].
func (k *kept) Begin(r *rig.Rig, list []*casefile.Case) error {
	p := report.Provenance{Run: k.runID, Label: k.label, Klptest: version(), Started: time.Now(), Planned: len(list), Tests: testWords(nil, list), Host: hostAbout()}
	k.run, k.doc = k.dir.Next(), report.Document{Provenance: on(p, r)}
	return k.run.Begin(k.doc.Provenance)
}

// Case is of [lab.Recorder].
func (k *kept) Case(c *casefile.Case, res judge.Result) error {
	o := report.Outcome{Case: c.Text, Result: res, Live: true}
	k.doc.Outcomes = append(k.doc.Outcomes, o)
	return k.run.Case(o)
}

// End is of [lab.Recorder].
func (k *kept) End(err error) error {
	return blame.Join(err, k.run.End(ending(k.doc, err)))
}

// fault keeps what is wrong with a kernel that cannot be run.
func (k *kept) fault(label string, r judge.Result) error {
	if k == nil {
		return nil
	}
	d := report.Document{Provenance: report.Provenance{Run: k.runID, Label: label, Kernel: "none", Klptest: version(), Started: time.Now(), Host: hostAbout()}}
	d.Outcomes = []report.Outcome{{Result: r}}
	d.Ending = ending(d, nil)
	return k.dir.Add(d)
}

// close completes the directory.
func (k *kept) close() error {
	if k == nil {
		return nil
	}
	return k.dir.Close()
}

// newRunID names a run that nobody has named.
func newRunID() string { return strings.ToLower(rand.Text()[:16]) }

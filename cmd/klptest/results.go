// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/lab"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
	"github.com/klptest/klptest/internal/rig"
)

// keepOptions are the flags of a command that keeps its results.
type keepOptions struct {
	out    string // directory of results; empty: none
	runID  string // names the run that this one is a part of
	bundle bool   // a bundle is written for every FAIL
}

func resultsFlags(f *pflag.FlagSet, o *keepOptions) {
	f.Var(flags.FileName(&o.out), "out", "write the results to `directory` as they come, in all formats, with the logs of what does not pass")
	f.Var(flags.Name(&o.runID), "run-id", "the `name` of the run that this one is part of: in results with the same name, what was run again counts once (default: a random name)")
}

func bundleFlag(f *pflag.FlagSet, o *keepOptions) {
	f.BoolVar(&o.bundle, "bundle", false, "write a file CASE.klpbundle for every case that FAILs, with everything that klptest repro needs")
}

// createResults makes the directory of --out. It returns nil for an empty path.
func (a *app) createResults(path string) (*results.Dir, error) {
	if path == "" {
		return nil, nil
	}
	return results.Create(path, a.notice)
}

// closeResults completes the directory of --out, and prints the path of its HTML page.
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
	about   report.Provenance // what the command knows of each run
	dir     *results.Dir      // nil: no directory
	bundler *bundler          // nil: no bundles are wanted

	run *results.Run
	doc report.Document
}

var _ lab.Recorder = (*kept)(nil)

// keeping calls f with a keeper of its results, and closes it. The keeper is nil if
// nothing is to be kept.
func (a *app) keeping(o keepOptions, guests rig.Options, f func(*kept) error) error {
	var k *kept
	if o.out != "" || o.bundle {
		dir, err := a.createResults(o.out)
		if err != nil {
			return err
		}
		k = &kept{dir: dir, about: report.Provenance{Run: cmp.Or(o.runID, newRunID()), Klptest: version(), Host: hostAbout()}}
		if o.bundle {
			k.bundler = newBundler(runOptions{keepOptions: o, machineOptions: machineOptions{Options: guests}}, a.notice)
		}
	}
	return blame.Join(f(k), k.close())
}

// with adds what the command knows of its only run, which begins now.
func (k *kept) with(spec string, shell []string) {
	if k != nil {
		k.about.Started, k.about.Spec, k.about.Flags, k.about.ShellFlags = time.Now(), spec, shell, shell
	}
}

// recording returns a runner whose results are kept; k may be nil.
func (k *kept) recording(r lab.Runner) lab.Runner {
	if k != nil {
		r.Results = k
	}
	return r
}

// next names the next run.
func (k *kept) next(label string) {
	if k != nil {
		k.about.Label = label
	}
}

// prefixed sets the prefix of the names of the next run's bundles.
func (k *kept) prefixed(prefix string) {
	if k != nil && k.bundler != nil {
		k.bundler.prefix = prefix
	}
}

// Begin implements [lab.Recorder].
func (k *kept) Begin(ctx context.Context, r *rig.Rig, list []*casefile.Case) error {
	k.bundler.on(ctx, r)
	p := k.about
	p.Planned, p.Tests = len(list), testWords(nil, list)
	return k.begin(p, r)
}

// BeginSelftests implements [lab.Recorder].
func (k *kept) BeginSelftests(_ context.Context, r *rig.Rig, names []string) error {
	p := k.about
	p.Command, p.Planned, p.Tests = selftestsName, len(names), names
	return k.begin(p, r)
}

func (k *kept) begin(p report.Provenance, r *rig.Rig) error {
	if p.Started.IsZero() {
		p.Started = time.Now()
	}
	k.run, k.doc = k.dir.Next(), report.Document{Provenance: on(p, r)}
	return k.run.Begin(k.doc.Provenance)
}

// Case implements [lab.Recorder].
func (k *kept) Case(c *casefile.Case, res judge.Result) error {
	o := report.Outcome{Result: res, Live: true}
	if c != nil {
		o.Case = c.Text
	}
	k.doc.Outcomes = append(k.doc.Outcomes, o)
	return blame.Join(k.run.Case(o), k.bundler.add(k.doc.Provenance, c, o))
}

// Ran implements [lab.Recorder].
func (k *kept) Ran(files []gcov.File) { k.doc.Coverage = files }

// End implements [lab.Recorder].
func (k *kept) End(err error) error {
	return blame.Join(err, k.run.End(ending(k.doc, err)))
}

// fault keeps the result of a kernel that cannot be run.
func (k *kept) fault(label string, r judge.Result) error {
	if k == nil {
		return nil
	}
	d := report.Document{Provenance: k.about}
	d.Label, d.Kernel, d.Started = label, "none", time.Now()
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

// newRunID returns a random name for a run.
func newRunID() string { return strings.ToLower(rand.Text()[:16]) }

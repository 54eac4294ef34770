// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"cmp"
	"context"
	"maps"
	"os"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/kmods"
)

// Test runs one script.
type Test struct {
	suite  *Suite
	script Script
	limit  time.Duration
	files  map[string][]byte
}

// Tests makes tests of the named scripts, or of all, each with a time limit. The builder
// builds their programs.
func (s *Suite) Tests(ctx context.Context, names []string, b *kmods.Builder, limit time.Duration) ([]Test, error) {
	scripts, err := s.Select(names)
	if err != nil {
		return nil, err
	}
	files := maps.Clone(s.files)
	if len(s.programs) > 0 {
		built, err := b.Programs(ctx, s.programs)
		if err != nil {
			return nil, err
		}
		for name, path := range built {
			if files[name], err = os.ReadFile(path); err != nil {
				return nil, err
			}
		}
	}
	var tests []Test
	for _, script := range scripts {
		tests = append(tests, Test{s, script, limit, files})
	}
	return tests, nil
}

// Name returns the script's name.
func (t Test) Name() string { return t.script.Name }

// Shape leaves the guest's size to the rig.
func (t Test) Shape() (cpus, memory int) { return 0, 0 }

// Modules returns the modules of all scripts.
func (t Test) Modules() (names []string, own []kmods.Source) {
	for _, m := range t.suite.modules {
		if name, ok := strings.CutSuffix(m.Name, ".c"); ok {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	return names, t.suite.modules
}

// Files returns all scripts, and everything that they call.
func (t Test) Files() map[string][]byte { return t.files }

// Skipped checks for the options that the selftests need, and for those that disturb them.
func (t Test) Skipped(ctx context.Context, m machine.Machine) (judge.Result, bool) {
	f, err := m.Facts(ctx, nil)
	if err != nil {
		return judge.Result{}, false // Run reports it
	}
	why := cmp.Or(t.suite.lacking(f.Config), t.suite.disturbing(f.Config))
	if why == "" {
		return judge.Result{}, false
	}
	res := t.result()
	res.Verdict, res.Reasons = judge.Skip, []string{why}
	return res, true
}

// Run runs the script, and judges it.
func (t Test) Run(ctx context.Context, m machine.Machine) judge.Result {
	started := time.Now()
	o, err := t.observe(ctx, m)
	res := t.judge(o, err)
	res.Duration = time.Since(started)
	return res
}

func (t Test) observe(ctx context.Context, m machine.Machine) (o judge.Observation, err error) {
	if o.Facts, err = m.Facts(ctx, nil); err != nil {
		return o, err
	}
	if err = m.Begin(ctx); err != nil {
		return o, err
	}
	a, err := m.Step(ctx, t.command(o.Facts.Emulated), t.limit+2*endGrace)
	o.Answers, o.End.Starved = []machine.Answer{a}, a.Starved
	if err == nil {
		o.End, err = m.End(ctx)
	}
	return o, err
}

// Broken returns the result of a script that could not be run.
func (t Test) Broken(err error) judge.Result { return judge.Broken(t.describe(), err) }

// LeavesClean is true only if no test began: what a script leaves behind is unknown.
func (t Test) LeavesClean(res judge.Result) bool {
	return res.Verdict == judge.Skip && len(res.Subtests) == 0
}

// describe returns a case that stands for the script.
func (t Test) describe() *casefile.Case {
	return &casefile.Case{Name: t.script.Name, File: t.script.Path, Title: "a selftest of the kernel"}
}

func (t Test) result() judge.Result {
	c := t.describe()
	return judge.Result{Name: c.Name, Title: c.Title, File: c.File}
}

var errStarved = &blame.Error{Transient: true, Summary: judge.Starved}

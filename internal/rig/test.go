// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/kmods"
)

// Test is a test that a rig runs: see [Case].
type Test interface {
	Name() string
	// Shape returns what the test asks of its guest: processors, and memory in
	// MiB. 0 is the rig's default.
	Shape() (cpus, memory int)
	// Modules returns the names of the modules that the guest must have, and
	// the sources of the test's own modules.
	Modules() (names []string, own []kmods.Source)
	// Skipped reports whether the machine's kernel cannot run the test, so that
	// the test's own modules need not be built for it. Run reports it as well.
	Skipped(ctx context.Context, m machine.Machine) (res judge.Result, skip bool)
	// Run runs the test and judges it. It is called again if the
	// result must be confirmed.
	Run(ctx context.Context, m machine.Machine) judge.Result
	// Broken returns the result of a test that could not be run.
	Broken(err error) judge.Result
	// LeavesClean reports whether a guest is unchanged after a run with that result.
	LeavesClean(judge.Result) bool
}

// Case makes a test from a case.
func Case(c *casefile.Case) Test { return caseTest{c} }

// Cases makes tests from cases.
func Cases(list []*casefile.Case) []Test {
	tests := make([]Test, len(list))
	for i, c := range list {
		tests[i] = caseTest{c}
	}
	return tests
}

type caseTest struct{ c *casefile.Case }

func (t caseTest) Name() string              { return t.c.Name }
func (t caseTest) Shape() (cpus, memory int) { return t.c.CPUs, t.c.Memory }

func (t caseTest) Modules() (names []string, own []kmods.Source) {
	for _, s := range t.c.Sources {
		own = append(own, kmods.Source{Name: s.Name, Data: s.Data})
	}
	return t.c.Modules(), own
}

func (t caseTest) Skipped(ctx context.Context, m machine.Machine) (judge.Result, bool) {
	if len(t.c.Sources) == 0 {
		return judge.Result{}, false // nothing to build
	}
	return judge.Skipped(ctx, m, t.c)
}

func (t caseTest) Run(ctx context.Context, m machine.Machine) judge.Result {
	return judge.Run(ctx, m, t.c)
}

func (t caseTest) Broken(err error) judge.Result { return judge.Broken(t.c, err) }

// LeavesClean requires that the checks at the end have seen all that the case could
// leave, and that nothing was allowed to stay. An untrusted case that could change
// the checks themselves never leaves its guest clean.
func (t caseTest) LeavesClean(res judge.Result) bool {
	if res.Verdict == judge.Skip {
		return true
	}
	return res.Verdict == judge.Pass && t.c.Taints == 0 && len(t.c.Leaves) == 0 && t.c.Contained()
}

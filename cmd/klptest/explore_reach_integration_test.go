// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/rig"
)

// reachSeeds is the number of seeds that are compared.
const reachSeeds = 3

// TestIntegrationReach (make reach) compares what guided sequences reach of
// kernel/livepatch with what three times as many random ones reach. It counts sequences,
// not seconds, so that a busy host does not matter. It takes hours of processor time.
func TestIntegrationReach(t *testing.T) {
	kernel := os.Getenv("KLPTEST_REACH")
	if kernel == "" {
		t.Skip("make reach sets KLPTEST_REACH to a kernel of klptest kernel build --gcov")
	}
	sequences, err := strconv.Atoi(cmp.Or(os.Getenv("KLPTEST_REACH_SEQUENCES"), "100"))
	if err != nil {
		t.Fatal(err)
	}
	a := &app{streams: streams{out: t.Output(), err: t.Output()}, noticed: map[string]bool{}}
	r, err := a.newRig(t.Context(), machineOptions{
		kernel:  kernel,
		Options: rig.Options{Guests: rig.Reused, FixedPace: true, Gcov: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all, allRandom gcov.Total
	for seed := range uint64(reachSeeds) {
		guided := reach(t, r, explore.Options{Seed: seed + 1, Counting: explore.Counting{Candidates: 10, Mutated: 50}}, sequences)
		random := reach(t, r, explore.Options{Seed: seed + 1}, 3*sequences)
		t.Logf("seed %d: %d guided sequences reach %d lines and %d branches; %d random ones %d and %d",
			seed+1, sequences, guided.LinesRun, guided.BranchesRun, 3*sequences, random.LinesRun, random.BranchesRun)
		all.LinesRun, all.BranchesRun = all.LinesRun+guided.LinesRun, all.BranchesRun+guided.BranchesRun
		allRandom.LinesRun, allRandom.BranchesRun = allRandom.LinesRun+random.LinesRun, allRandom.BranchesRun+random.BranchesRun
	}
	if all.LinesRun < allRandom.LinesRun || all.BranchesRun < allRandom.BranchesRun {
		t.Errorf("random ones reach more, all seeds taken together: %+v, guided ones %+v", allRandom, all)
	}
}

// reach explores with that many sequences, and logs the progress after each quarter.
func reach(t *testing.T, r *rig.Rig, o explore.Options, sequences int) gcov.Total {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	o.Release, o.Patches, o.Faults, o.Budget = r.Kernel().Release, explore.SomePatches, true, 12*time.Hour
	o.Jobs = r.Jobs(nil)
	o.Ran = func(ctx context.Context, res judge.Result) ([]gcov.File, error) {
		if res.Counters == nil {
			return nil, nil
		}
		return r.Gcov().Lines(ctx, res.Counters)
	}
	o.Progress = func(p explore.Progress) {
		if p.Sequences%max(sequences/4, 1) == 0 {
			t.Logf("seed %d, %d candidates: %v", o.Seed, o.Candidates, p)
		}
		if p.Sequences == sequences {
			stop()
		}
	}
	rep, err := explore.Explore(ctx, o, r.RunCases, r.RunCasesFresh)
	if err != nil && ctx.Err() == nil || rep.Difference != nil || rep.Sequences < sequences {
		t.Fatalf("%v: %v, difference %v", rep.Progress, err, rep.Difference != nil)
	}
	return rep.Reached
}

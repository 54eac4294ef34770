// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"runtime"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/rig"
)

// BenchmarkExplore measures how many commands per second and core are checked
// against the model, in sequences with and without held transitions.
// KLPTEST_RUN_KERNEL names the kernel.
func BenchmarkExplore(b *testing.B) {
	ctx := b.Context()
	a := &app{streams: streams{out: b.Output(), err: b.Output()}, noticed: map[string]bool{}}
	r, err := a.newRig(ctx, machineOptions{
		kernel:  benchKernelName(),
		Options: rig.Options{Guests: rig.Reused, FixedPace: true},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	plain, held, err := explore.Sample(explore.Options{Release: r.Kernel().Release, Patches: 2, Seed: 1}, 100)
	if err != nil {
		b.Fatal(err)
	}
	for name, list := range map[string][]*casefile.Case{"plain": plain, "held": held} {
		commands := 0
		for _, c := range list {
			commands += len(c.Steps)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				checkAll(ctx, b, r.RunCases, list)
			}
			b.ReportMetric(float64(commands*b.N)/b.Elapsed().Seconds()/float64(runtime.NumCPU()), "ops/s/core")
		})
	}
}

func checkAll(ctx context.Context, b *testing.B, run explore.Runner, list []*casefile.Case) {
	b.Helper()
	for res, err := range run(ctx, list) {
		if err != nil {
			b.Fatal(err)
		}
		if res.Verdict != judge.Pass {
			b.Errorf("%s %s: %q", res.Verdict, res.Name, res.Reasons)
		}
	}
}

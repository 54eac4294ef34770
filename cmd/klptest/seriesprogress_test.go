// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/series"
)

// TestSeriesProgress: a line tells what each patch does as soon as it was tried.
func TestSeriesProgress(t *testing.T) {
	of := func(v judge.Verdict) []judge.Result { return []judge.Result{{Name: "c", Verdict: v}} }
	var said bytes.Buffer
	p := seriesProgress{a: &app{streams: streams{err: &said}, noticed: map[string]bool{}}, patches: []series.Patch{{Subject: "p"}, {Subject: "q"}}}
	p.begin("base")
	for _, s := range []series.Step{{Name: "base", Results: of(judge.Pass)}, {Name: "p", Results: of(judge.Fail)}, {Name: "q", Fault: series.DoesNotApply}} {
		p.tell(s)
	}
	want := "klptest: 0/2 base: 1 passed\nklptest: 1/2 p: breaks c\nklptest: 2/2 q: does not apply\n"
	if d := cmp.Diff(want, said.String()); d != "" || p.lost != nil {
		t.Error(p.lost, d)
	}
}

// TestInterruptedSeries: what was done before an interrupt is written.
func TestInterruptedSeries(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	var out bytes.Buffer
	a := &app{streams: streams{out: &out}}
	write, err := a.seriesWriter("human")
	if err != nil {
		t.Fatal(err)
	}
	steps := []series.Step{{Name: "base", Results: []judge.Result{{Name: "c", Verdict: judge.Pass}}}}
	err = writeSoFar(ctx, steps, errors.New("qemu was killed"), func(err error) error { return write(steps, 2, err) })
	if exitStatus(err) != exit.Interrupted || out.String() != "base: 1 passed\n1 case passes on every kernel that was run\n" {
		t.Errorf("%v: %q", err, out.String())
	}
	if err := writeSoFar(ctx, nil, nil, nil); exitStatus(err) != exit.Interrupted {
		t.Error(err)
	}
}

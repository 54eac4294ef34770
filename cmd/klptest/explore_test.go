// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/model"
)

// modelShip is the model in the place of a guest; it dies of a command.
type modelShip struct {
	cases.Machine
	fleet  *modelFleet
	exited chan struct{}
}

type modelFleet struct{ launched, closed atomic.Int32 }

func (f *modelFleet) launch(context.Context) (ship, error) {
	f.launched.Add(1)
	m, err := model.New("6.12")
	return &modelShip{m, f, make(chan struct{})}, err
}

func (s *modelShip) Step(ctx context.Context, cmd cases.Command, limit time.Duration) (cases.Answer, error) {
	if cmd.Text == "rmmod klp_h" {
		close(s.exited)
		<-ctx.Done()
		return cases.Answer{}, ctx.Err()
	}
	return s.Machine.Step(ctx, cmd, limit)
}

func (s *modelShip) Exited() <-chan struct{} { return s.exited }
func (s *modelShip) Close() error            { s.fleet.closed.Add(1); return nil }

func (s *modelShip) Death() error {
	return &blame.Error{Party: blame.Kernel, Summary: "Kernel panic"}
}

func caseOf(t *testing.T, transcript string) *cases.Case {
	c, err := cases.Parse("a.txtar", []byte("A case.\n\n-- transcript --\n"+transcript))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFleet(t *testing.T) {
	clean := caseOf(t, "% insmod klp_target\n% rmmod klp_target\n")
	dirty := caseOf(t, "% insmod klp_target\n")
	fatal := caseOf(t, "% insmod klp_target\n% rmmod klp_h\n")
	ships := &modelFleet{}
	f := &fleet{launch: ships.launch, jobs: 1}
	for _, tc := range []struct {
		c                *cases.Case
		verdict          cases.Verdict
		launched, closed int32
	}{
		{clean, cases.Pass, 1, 0}, {clean, cases.Pass, 1, 0}, {dirty, cases.Fail, 1, 1}, {clean, cases.Pass, 2, 1}, {fatal, cases.Fail, 2, 2},
	} {
		results, err := f.run(t.Context(), []*cases.Case{tc.c})
		if err != nil || results[0].Verdict != tc.verdict || ships.launched.Load() != tc.launched || ships.closed.Load() != tc.closed {
			t.Errorf("%v, %v; %d launched, %d closed", results, err, ships.launched.Load(), ships.closed.Load())
		}
	}
	if results, _ := f.run(t.Context(), []*cases.Case{fatal}); !strings.Contains(results[0].Reasons[0], "Kernel panic") {
		t.Errorf("%+v", results)
	}
	if _, err := f.run(t.Context(), []*cases.Case{clean, clean, clean}); err != nil || len(f.idle) != 1 {
		t.Errorf("%v, %d idle", err, len(f.idle))
	}
	if f.close(); ships.closed.Load() != ships.launched.Load() {
		t.Errorf("%d launched, %d closed", ships.launched.Load(), ships.closed.Load())
	}
}

func TestExplored(t *testing.T) {
	var out bytes.Buffer
	a := &app{streams: streams{out: &out}}
	dir := t.TempDir()
	d := &explore.Difference{File: []byte("a case"), Shell: []byte("a script"), Times: 5, Tried: 5}
	d.Result.Reasons = []string{"expected: one; got: two"}
	for _, tc := range []struct {
		rep  explore.Report
		exit int
		want string
	}{
		{explore.Report{Progress: explore.Progress{Sequences: 2}, Whole: true}, 0, "no difference; these are all sequences\n"},
		{explore.Report{Progress: explore.Progress{Sequences: 2, Unjudged: 1}}, 0, "no difference; the time is over\n"},
		{explore.Report{Progress: explore.Progress{Sequences: 2, Unjudged: 2}}, 3, ""},
		{explore.Report{Progress: explore.Progress{Sequences: 2}, Difference: d}, 1, "a difference, 5 of 5 times: " + filepath.Join(dir, d.Name()) + ".txtar\nexpected: one; got: two\n"},
	} {
		out.Reset()
		if got := exitStatus(a.explored(tc.rep, dir)); got != tc.exit || !strings.Contains(out.String(), tc.want) {
			t.Errorf("exit status %d:\n%s", got, out.String())
		}
	}
	for ending, want := range map[string]string{".txtar": "a case", ".sh": "a script"} {
		if data, err := os.ReadFile(filepath.Join(dir, d.Name()+ending)); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", ending, data, err)
		}
	}
}

func TestExploreUsage(t *testing.T) {
	for _, args := range [][]string{{"--patches", "0"}, {"--patches", "8"}, {"--depth", "-1"}, {"-j", "-1"}, {"more"}} {
		var errs bytes.Buffer
		if got := run(t.Context(), append([]string{"explore"}, args...), streams{out: &errs, err: &errs}); got != exitUsage {
			t.Errorf("%q: exit status %d: %s", args, got, errs.String())
		}
	}
}

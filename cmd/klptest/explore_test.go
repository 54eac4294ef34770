// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/gcov"
)

func TestExplored(t *testing.T) {
	dir := t.TempDir()
	d := &explore.Difference{File: []byte("a case"), Shell: []byte("a script"), Times: 5, Tried: 5}
	d.Result.Reasons, d.Result.Log = []string{"expected: one; got: two"}, "/logs/console.log"
	broken := errors.New("no place")
	some := explore.Progress{Sequences: 2}
	name := filepath.Join(dir, d.Name())
	shown := "found a difference, 5 of 5 times: " + name + ".txtar (" + name + ".sh for people without klptest)\n" +
		"expected: one; got: two\nfull log: /logs/console.log\nto continue after this difference: --skip 2\n"
	for name, tc := range map[string]struct {
		rep  explore.Report
		skip int
		err  error
		exit int
		out  string
		errs string
	}{
		"whole":       {explore.Report{Progress: some, Whole: true}, 0, nil, 0, "no difference; all sequences were tried\n", ""},
		"late":        {explore.Report{Progress: some}, 0, nil, 0, "no difference; time is up; continue with --skip 2\n", ""},
		"unjudged":    {explore.Report{Progress: explore.Progress{Sequences: 2, Unjudged: 1}}, 0, nil, exit.Error, "2 sequences", ""},
		"difference":  {explore.Report{Progress: some, Difference: d}, 0, nil, 1, shown, ""},
		"and broken":  {explore.Report{Progress: some, Difference: d}, 0, broken, 1, shown, "no place"},
		"interrupted": {explore.Report{Progress: some, Difference: d}, 0, errInterrupted, exit.Interrupted, shown, ""},
		"broken":      {explore.Report{Progress: some}, 0, broken, exit.Error, "2 sequences", "to continue from here: --skip 2"},
		"at once":     {explore.Report{}, 0, broken, exit.Error, "", ""},
		"no time":     {explore.Report{}, 0, nil, exit.Nothing, "", "--budget ended before the first sequence did"},
		"all skipped": {explore.Report{Progress: explore.Progress{Sequences: 2, All: 2}, Whole: true}, 9, nil, exit.Nothing, "", "there are only 2 sequences"},
	} {
		var out, errs bytes.Buffer
		a := &app{streams: streams{out: &out, err: &errs}, noticed: map[string]bool{}}
		got := exitStatus(a.explored(explored{Report: tc.rep, skip: tc.skip, out: dir}, tc.err))
		if got != tc.exit || !strings.Contains(out.String(), tc.out) || !strings.Contains(errs.String(), tc.errs) {
			t.Errorf("%s: exit status %d:\n%s%s", name, got, out.String(), errs.String())
		}
	}
	for ending, want := range map[string]string{".txtar": "a case", ".sh": "a script"} {
		if data, err := os.ReadFile(filepath.Join(dir, d.Name()+ending)); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", ending, data, err)
		}
	}
}

// TestFinds checks that sequences that reach what no case has reached are listed and,
// with a directory, kept as cases.
func TestFinds(t *testing.T) {
	rep := explore.Report{Finds: []explore.Find{{Places: []explore.Place{{File: "kernel/livepatch/core.c", Line: 3, Branch: 1}}}}}
	rep.Sequences, rep.Reached = 2, gcov.Total{Lines: 9, LinesRun: 3, Branches: 2, BranchesRun: 1}
	name := rep.Finds[0].Name()
	for _, tc := range []struct {
		coverage, out string
		want          string
	}{
		{"", "", "3 of 9 lines and 1 of 2 branches of the kernel's source\nno difference; time is up; another --seed makes others\n"},
		{"results", "", "1 sequence reaches what no case in results has\n  " + name + ": core.c:3 branch 1\nno difference"},
		{"", t.TempDir(), "source\nas cases: "},
	} {
		var out, errs bytes.Buffer
		a := &app{streams: streams{out: &out, err: &errs}, noticed: map[string]bool{}}
		if err := a.explored(explored{Report: rep, out: tc.out, coverage: tc.coverage}, nil); err != nil || !strings.Contains(out.String(), tc.want) {
			t.Errorf("%v\n%s", err, out.String())
		}
		_, err := os.Stat(filepath.Join(tc.out, name+".txtar"))
		if (err == nil) != (tc.out != "") {
			t.Errorf("%+v: %v", tc, err)
		}
	}
	var out bytes.Buffer
	a := &app{streams: streams{out: &out, err: &out}, noticed: map[string]bool{}}
	if got := exitStatus(a.explored(explored{Report: rep, out: "/nonexistent"}, nil)); got == 0 {
		t.Errorf("cases that cannot be kept: exit status %d", got)
	}
}

func TestExploreUsage(t *testing.T) {
	for _, args := range [][]string{{"--patches", "0"}, {"--patches", "8"}, {"--depth", "-1"}, {"-j", "-1"}, {"--skip", "-1"}, {"--budget", "0"}, {"--out", ""}, {"more"}, {"--mutate", "101", "--gcov"}, {"--mutate", "1"}, {"--coverage", "x"}, {"--gcov", "--depth", "1"}, {"--gcov", "--skip", "1"}, {"--gcov", "--replay", "x"}} {
		var errs bytes.Buffer
		if got := run(t.Context(), append([]string{"explore"}, args...), streams{out: &errs, err: &errs}); got != exit.Usage {
			t.Errorf("%q: exit status %d: %s", args, got, errs.String())
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/explore"
)

func TestExplored(t *testing.T) {
	var out bytes.Buffer
	a := &app{streams: streams{out: &out}}
	dir := t.TempDir()
	d := &explore.Difference{File: []byte("a case"), Shell: []byte("a script"), Times: 5, Tried: 5}
	d.Result.Reasons, d.Result.Log = []string{"expected: one; got: two"}, "/logs/console.log"
	for _, tc := range []struct {
		rep  explore.Report
		exit int
		want string
	}{
		{explore.Report{Progress: explore.Progress{Sequences: 2}, Whole: true}, 0, "no difference; these are all sequences\n"},
		{explore.Report{Progress: explore.Progress{Sequences: 2}}, 0, "no difference; the time is over, and --skip 2 goes on from here\n"},
		{explore.Report{Progress: explore.Progress{Sequences: 2, Unjudged: 1}}, 3, "2 sequences"},
		{explore.Report{Progress: explore.Progress{Sequences: 2}, Difference: d}, 1, "a difference, 5 of 5 times: " + filepath.Join(dir, d.Name()) + ".txtar\nexpected: one; got: two\nfull log: /logs/console.log\n"},
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
	for _, args := range [][]string{{"--patches", "0"}, {"--patches", "8"}, {"--depth", "-1"}, {"-j", "-1"}, {"--skip", "-1"}, {"more"}} {
		var errs bytes.Buffer
		if got := run(t.Context(), append([]string{"explore"}, args...), streams{out: &errs, err: &errs}); got != exitUsage {
			t.Errorf("%q: exit status %d: %s", args, got, errs.String())
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/report"
)

// night is a run of two cases; a verdict that is empty is that of a case which was not run.
func night(name, kernel string, day int, a, b judge.Verdict) report.Document {
	d := report.Document{Provenance: report.Provenance{Run: name, Spec: kernel, Kernel: kernel, Release: "6", Started: time.Unix(int64(day)*86400, 0), Tests: []string{"a", "b"}}}
	for i, v := range []judge.Verdict{a, b} {
		if name := d.Tests[i]; v != "" {
			d.Outcomes = append(d.Outcomes, report.Outcome{Result: judge.Result{Name: name, File: name, Verdict: v, Reasons: []string{"it differs"}}})
		}
	}
	d.Ending = report.Ending{Total: 2, Status: report.ExitCode(d.Results())}
	if len(d.Outcomes) < 2 {
		d.Error, d.Status = "killed", exit.Error
	}
	return d
}

// putNight writes a results directory, and returns its path.
func putNight(t *testing.T, d report.Document) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), d.Run)
	putResults(t, dir, d)
	return dir
}

// TestCompareIncomplete: a known FAIL hides neither an ERROR nor what was not run. A side
// that only SKIPs has tested nothing.
func TestCompareIncomplete(t *testing.T) {
	old := putNight(t, night("old", "k", 1, judge.Fail, judge.Pass))
	for _, test := range []struct {
		a, b   judge.Verdict
		status int
	}{
		{judge.Fail, judge.Pass, exit.Passed},
		{judge.Fail, judge.Skip, exit.Passed},
		{judge.Skip, judge.Skip, exit.Nothing},
		{judge.Fail, judge.Fail, exit.Failed},
		{judge.Fail, judge.Error, exit.Error},
		{judge.Fail, "", exit.Error},
		{"", judge.Fail, exit.Failed},
		{"", "", exit.Error},
	} {
		var out, said bytes.Buffer
		err := quietApp(&out, &said).compare([]string{putNight(t, night("new", "k", 2, test.a, test.b))}, compareOptions{old: []string{old}, format: report.HumanFormat})
		if got := exitStatus(err); got != test.status || strings.Contains(out.String(), "1 run is incomplete") != (test.a == "" || test.b == "" || test.b == judge.Error) {
			t.Errorf("%s, %s: status %d, want %d\n%s%s", test.a, test.b, got, test.status, out.String(), said.String())
		}
	}
}

// TestCompareLatest: a night in which a case has no verdict does not make its known FAIL
// a new one.
func TestCompareLatest(t *testing.T) {
	o := compareOptions{latest: true, format: report.HumanFormat}
	for i, v := range []judge.Verdict{judge.Fail, judge.Pass, judge.Error} {
		o.old = append(o.old, putNight(t, night(fmt.Sprint(i), "k", i, judge.Pass, v)))
	}
	for latest, want := range map[int]int{1: exit.Passed, 3: exit.Failed} {
		var out bytes.Buffer
		o := o
		o.old = append(o.old[:latest:latest], o.old[2])
		if got := exitStatus(quietApp(&out, &bytes.Buffer{}).compare([]string{putNight(t, night("new", "k", 4, judge.Pass, judge.Fail))}, o)); got != want {
			t.Errorf("status %d, want %d\n%s", got, want, out.String())
		}
	}
}

// TestCompareNothing: a new side without results is no mistake of the user's. One that has
// some, but not all, is incomplete.
func TestCompareNothing(t *testing.T) {
	old, empty, killed := putNight(t, night("old", "k", 1, judge.Fail, judge.Pass)), t.TempDir(), t.TempDir()
	filetest.Put(t, filepath.Join(killed, "results.json"), "{\"schema\": \"urn:klptest:results:1\", \"runs\": [")
	cells := t.TempDir()
	filetest.Put(t, filepath.Join(cells, "1", "results.json"), "")
	putResults(t, filepath.Join(cells, "2"), night("new", "k", 2, judge.Fail, judge.Fail))
	for _, test := range []struct {
		old, present []string
		status       int
	}{
		{[]string{old}, []string{empty}, exit.Nothing},
		{[]string{old}, []string{killed, empty}, exit.Nothing},
		{[]string{old}, []string{old, empty}, exit.Error},
		{[]string{old}, []string{filepath.Join(empty, "nosuch")}, exit.Usage},
		{[]string{old}, []string{cells}, exit.Usage},
		{[]string{empty}, []string{old}, exit.Usage},
	} {
		var out bytes.Buffer
		err := quietApp(&out, &bytes.Buffer{}).compare(test.present, compareOptions{old: test.old, format: report.HumanFormat})
		if got := exitStatus(err); got != test.status || (got != exit.Usage) != strings.Contains(out.String(), "incomplete     "+test.present[len(test.present)-1]+": ") {
			t.Errorf("%q: status %d, want %d\n%s", test.present, got, test.status, out.String())
		}
	}
}

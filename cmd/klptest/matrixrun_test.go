// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/matrix"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
)

// ranCell returns a cell whose case has a verdict from an earlier attempt.
func ranCell(t *testing.T, dir, name string, v judge.Verdict) (*cell, report.Document) {
	t.Helper()
	c := &cell{Cell: matrix.Cell{Kernel: matrix.Kernel{Name: name, Spec: "./nosuch"}}, dir: dir, name: name}
	c.o.runID, c.o.label, c.o.kernel = "r", name, c.Kernel.Spec
	c.list = []*casefile.Case{{Name: "a", File: "a.txtar", Text: "text"}}
	d := report.Document{Provenance: report.Provenance{Run: "r", Label: name, Kernel: "k", Release: "6.12", Started: time.Unix(1e9, 0), Tests: []string{"a"}}}
	d.Outcomes = []report.Outcome{{Case: "text", Result: judge.Result{Name: "a", File: "a.txtar", Verdict: v, Reasons: []string{"it differs"}}}}
	d.Ending = report.Ending{Total: 1, Status: report.ExitCode(d.Results())}
	return c, d
}

// putResults writes the results of an attempt.
func putResults(t *testing.T, dir string, d report.Document) {
	t.Helper()
	to, err := results.Create(dir, func(string) {})
	if err == nil {
		err = blame.Join(to.Add(d), to.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func quietApp(out, said *bytes.Buffer) *app {
	return &app{streams: streams{strings.NewReader(""), out, said}, noticed: map[string]bool{}}
}

// TestMatrixOnAFullDisk: earlier results stay as long as they could not be copied.
func TestMatrixOnAFullDisk(t *testing.T) {
	dir, a := t.TempDir(), quietApp(&bytes.Buffer{}, &bytes.Buffer{})
	c, d := ranCell(t, dir, "x", judge.Fail)
	d.Error = "interrupted"
	console := filepath.Join(t.TempDir(), "console")
	filetest.Put(t, console, strings.Repeat("console\n", 1<<18))
	d.Outcomes[0].Log, d.Outcomes[0].Live = console, true
	putResults(t, filepath.Join(dir, "x"), d)
	free := fillDisk(t, 1<<20)
	if _, err := a.resumeCell(t.Context(), c, false); err == nil {
		t.Error("no error")
	}
	free()
	docs, err := results.Read([]string{filepath.Join(dir, "x")})
	if err != nil || len(docs) != 1 || len(docs[0].Outcomes) != 1 {
		t.Fatalf("the earlier results are gone: %+v, %v", docs, err)
	}
	got, err := a.resumeCell(t.Context(), c, false)
	left, _ := os.ReadDir(dir)
	if err != nil || len(got.Outcomes) != 1 || !got.Whole() || len(left) != 1 {
		t.Errorf("%+v, %v, %v", got, err, left)
	}
}

// fillDisk makes larger writes fail until free is called.
func fillDisk(t *testing.T, most uint64) (free func()) {
	t.Helper()
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: most, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	return func() {
		signal.Reset(syscall.SIGXFSZ)
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
			t.Error(err)
		}
	}
}

// TestMatrixFinishedBefore: of a whole attempt and a later one that was killed, the whole
// one does not go before its results are copied.
func TestMatrixFinishedBefore(t *testing.T) {
	dir, a := t.TempDir(), quietApp(&bytes.Buffer{}, &bytes.Buffer{})
	c, d := ranCell(t, dir, "x", judge.Pass)
	putResults(t, filepath.Join(dir, "x"), d)
	filetest.Put(t, filepath.Join(dir, "x~2", "results.json"), "")
	for range 2 {
		got, err := a.resumeCell(t.Context(), c, false)
		docs, readErr := results.Read([]string{dir})
		if err := blame.Join(err, readErr); err != nil || !got.Whole() || len(docs) != 1 || len(docs[0].Outcomes) != 1 {
			t.Errorf("%+v, %+v, %v", got, docs, err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
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
	"github.com/klptest/klptest/internal/exit"
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

// when calls a function when a text is printed.
type when struct {
	text string
	call func()
	bytes.Buffer
}

func (w *when) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.call()
	}
	return w.Buffer.Write(p)
}

// TestMatrixTimeout: a FAIL counts though a later cell has met --timeout, and each cell is
// listed. An interrupt is only an interrupt.
func TestMatrixTimeout(t *testing.T) {
	const passed, failed, cut = "1 passed, 0 failed, 0 errors, 0 skipped", "0 passed, 1 failed, 0 errors, 0 skipped", "0 passed, 0 failed, 0 errors, 0 skipped, 1 not run: --timeout 1s: the run did not end in time"
	list := func(first string) string {
		return fmt.Sprintf("\n%-40s  %s\n%-40s  %s\n%-40s  not begun\n", "1", first, "2", cut, "3")
	}
	late := errTimeout(time.Second)
	for _, test := range []struct {
		first       judge.Verdict
		why         error
		status      int
		table, said string
	}{
		{judge.Fail, late, exit.Failed, list(failed), "klptest: " + blame.Detail(late)},
		{judge.Pass, late, exit.Error, list(passed), "klptest: " + blame.Detail(late)},
		{judge.Fail, errInterrupted, exit.Interrupted, "", ""},
	} {
		dir := t.TempDir()
		var cells []*cell
		for _, name := range []string{"1", "2", "3"} {
			c, d := ranCell(t, dir, name, test.first)
			if cells = append(cells, c); name == "1" {
				putResults(t, filepath.Join(dir, name), d)
			}
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		var out bytes.Buffer
		said := &when{text: "cell 2 of 3", call: func() { cancel(test.why) }}
		a := &app{streams: streams{strings.NewReader(""), &out, said}, noticed: map[string]bool{}}
		err := a.runCells(ctx, cells)
		_, after, _ := strings.Cut(said.String(), "cell 2 of 3: 2\n")
		docs, readErr := results.ReadBrief([]string{dir})
		if kept := len(docs) == 3 && docs[2].Label == "3" && docs[2].Total == 1 && docs[2].Error != ""; readErr != nil || kept != errors.Is(test.why, errTimedOut) {
			t.Errorf("kept: %+v, %v", docs, readErr)
		}
		if got := exitStatus(err); got != test.status || out.String() != test.table || after != test.said {
			t.Errorf("%s, %v: status %d, %s, said %s", test.first, test.why, got, out.String(), after)
		}
	}
}

// TestMatrixOnAFullDisk: earlier results stay as long as they could not be copied.
func TestMatrixOnAFullDisk(t *testing.T) {
	if os.Getenv(fullDiskEnv) == "" {
		alone(t, fullDiskEnv)
		return
	}
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

// fullDiskEnv makes the test program fill its disk.
const fullDiskEnv = "KLPTEST_TEST_FULL_DISK"

// alone runs the test in a process of its own: its limit is the whole process's, and go
// test writes to a file as well.
func alone(t *testing.T, env string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), env+"=1")
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("%v\n%s", err, out)
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
	for _, again := range []bool{false, true} {
		got, err := a.resumeCell(t.Context(), c, false)
		docs, readErr := results.Read([]string{dir})
		if err := blame.Join(err, readErr); err != nil || !got.Whole() || c.there != again || len(docs) != 1 || len(docs[0].Outcomes) != 1 {
			t.Errorf("%+v, %+v, %v", got, docs, err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v, %v", left, err)
	}
}

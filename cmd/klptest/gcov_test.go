// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/report"
)

func TestKernelCoverage(t *testing.T) {
	dir := t.TempDir()
	text := `{"schema":"urn:klptest:report:1","klptest":"","kernel":"k","release":"6.12.0","started":"2026-01-01T00:00:00Z",
"results":[{"name":"a","title":"","file":"","verdict":"PASS","seconds":1,"reasons":[],"ran":{"kernel/livepatch/core.c":{"lines":"1"}}}],
"seconds":1,"total":1,"counts":{"passed":1,"failed":0,"errors":0,"skipped":0},
"coverage":[{"file":"kernel/livepatch/core.c","lines":[{"line":1,"count":2},{"line":2,"count":0}],"source":["a;","b;"]}]}`
	with, without := filepath.Join(dir, "with"), filepath.Join(dir, "without")
	for path, report := range map[string]string{with: text, without: strings.Replace(text, `"coverage":`, `"elsewhere":`, 1)} {
		if err := os.WriteFile(path, []byte(report), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := writeUncovered(&b, with); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 cases ran on Linux 6.12.0", "| `kernel/livepatch/core.c` | 2 | 50.0% | 0 | - |", "no reason given", "line 2\n\n    b;\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s\nhas no %q", b.String(), want)
		}
	}
	if err := writeUncovered(&b, without); err == nil || !strings.Contains(err.Error(), "do not tell what was run") {
		t.Errorf("a run without --gcov: %v", err)
	}
}

// TestNoCoverage checks that without --gcov results have no coverage, and nothing is
// written.
func TestNoCoverage(t *testing.T) {
	c := newCoverage(nil)
	files, err := c.files(t.Context())
	if c != nil || files != nil || err != nil {
		t.Errorf("%v, %v, %v", c, files, err)
	}
	if dir, err := (&app{}).listing(t.Context(), nil, runOptions{}); dir != "" || err != nil {
		t.Errorf("%q, %v", dir, err)
	}
}

// TestEndingKeepsCoverage checks that the end of a run keeps what was counted before.
func TestEndingKeepsCoverage(t *testing.T) {
	var d report.Document
	d.Coverage, d.Listing = []gcov.File{{Name: "kernel/livepatch/core.c"}}, "dir"
	if e := ending(d, nil); len(e.Coverage) != 1 || e.Listing != "dir" {
		t.Errorf("%+v", e)
	}
}

func TestKernelCoverageChanged(t *testing.T) {
	dir := t.TempDir()
	text := `{"schema":"urn:klptest:report:1","klptest":"","kernel":"k","release":"6.12.0","started":"2026-01-01T00:00:00Z",
"results":[{"name":"slow","title":"","file":"","verdict":"PASS","seconds":2,"reasons":[],"ran":{"kernel/livepatch/core.c":{"lines":"1-2"}}},
{"name":"quick","title":"","file":"","verdict":"PASS","seconds":1,"reasons":[],"ran":{"kernel/livepatch/core.c":{"lines":"1"}}}],
"seconds":1,"total":2,"counts":{"passed":2,"failed":0,"errors":0,"skipped":0},
"coverage":[{"file":"kernel/livepatch/core.c","lines":[{"line":1,"count":2},{"line":2,"count":1}],"source":["a;","b;"]}]}`
	results, patch := filepath.Join(dir, "results"), filepath.Join(dir, "patch")
	for path, text := range map[string]string{results: text, patch: "--- a/kernel/livepatch/core.c\n+++ b/kernel/livepatch/core.c\n@@ -1,1 +1,1 @@\n-a;\n+c;\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, names := range []bool{false, true} {
		var b bytes.Buffer
		a := &app{streams: streams{out: &b}}
		if err := a.whatChanges(t.Context(), results, patch, names); err != nil {
			t.Fatal(err)
		}
		if got := b.String(); names && got != "quick\nslow\n" || !names && !strings.HasSuffix(got, "core.c:1: a;\n      quick slow\n") {
			t.Errorf("%v: %q", names, got)
		}
	}
}

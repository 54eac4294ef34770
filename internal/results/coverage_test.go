// SPDX-License-Identifier: Apache-2.0

package results

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/report"
)

func covered(run string) report.Document {
	d := document(run, time.Now(), "a")
	d.Coverage = []gcov.File{
		{Name: "kernel/livepatch/core.c", Lines: []gcov.Line{{Number: 1, Count: 2}}, Source: []string{"int f;"}},
		{Name: "../../escape.c", Lines: []gcov.Line{{Number: 1, Count: 2}}},
	}
	return d
}

// TestCoverage: the coverage of each run has a folder, and no untrusted name leads
// out of it. The next run removes the folders.
func TestCoverage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results")
	d := create(t, path)
	plain := d.Next()
	must(t, document("r", time.Now(), "a").Play(plain))
	second := d.Next()
	must(t, covered("r").Play(second))
	if want := filepath.Join(path, "coverage/2"); second.CoverageDir() != want {
		t.Errorf("%s, want %s", second.CoverageDir(), want)
	}
	must(t, d.Close())
	if _, err := os.Stat(plain.CoverageDir() + "/coverage.info"); err == nil {
		t.Error("a run that counted nothing has coverage")
	}
	for _, name := range []string{"coverage.info", "kernel/livepatch/core.c.txt"} {
		if info, err := os.Stat(filepath.Join(second.CoverageDir(), name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if found, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "escape*")); len(found) > 0 {
		t.Errorf("written outside: %v", found)
	}
	must(t, create(t, path).Close())
	if _, err := os.Stat(second.CoverageDir()); err == nil {
		t.Error("coverage of an earlier run remains")
	}
}

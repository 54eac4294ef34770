// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/results"
)

// TestFailedStays: the results that name the cases are not replaced, however --out leads
// to them.
func TestFailedStays(t *testing.T) {
	old, patch := putNight(t, night("old", "k", 1, judge.Fail, judge.Pass)), filepath.Join(t.TempDir(), "patch")
	filetest.Put(t, patch, "")
	for _, flags := range [][]string{
		{"--failed", old, "--out", old},
		{"--failed", filepath.Join(old, "results.json"), "--out", old + "/../old"},
		{"--failed", filepath.Dir(old), "--out", old},
		{"--changed", patch, "--coverage", old, "--out", old},
	} {
		c := quietApp(&bytes.Buffer{}, &bytes.Buffer{}).rootCommand()
		c.SetArgs(append([]string{"run"}, flags...))
		err := c.ExecuteContext(t.Context())
		if exitStatus(err) != exit.Usage || !strings.Contains(err.Error(), "is one of the directories that are read") {
			t.Errorf("%q: %v", flags, err)
		}
		if docs, err := results.ReadBrief([]string{old}); err != nil || len(docs) != 1 || len(docs[0].Outcomes) != 2 {
			t.Fatalf("%q: %+v, %v", flags, docs, err)
		}
	}
}

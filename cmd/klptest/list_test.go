// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
)

// TestCoverageDocument checks that docs/coverage.md is what the command prints.
func TestCoverageDocument(t *testing.T) {
	list, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	var out, notices bytes.Buffer
	a := &app{streams: streams{out: &out, err: &notices}, noticed: map[string]bool{}}
	if err := a.coverage(list); err != nil {
		t.Errorf("%v\n%s", err, notices.String())
	}
	got, err := os.ReadFile("../../docs/coverage.md")
	if err != nil {
		t.Fatalf("%v\nmake it: make docs", err)
	}
	if diff := cmp.Diff(string(got), out.String()); diff != "" {
		t.Errorf("docs/coverage.md is out of date: make docs\n%s", diff)
	}
}

func TestCoverageFails(t *testing.T) {
	var out, notices bytes.Buffer
	a := &app{streams: streams{out: &out, err: &notices}, noticed: map[string]bool{}}
	err := a.coverage([]*casefile.Case{{Name: "mine", Covers: []string{`doc.rst 9, "nothing"`}}})
	if exitStatus(err) != 1 {
		t.Error(err)
	}
	for _, want := range []string{"case mine: Covers line matches no rule: doc.rst 9", "no case covers 1.6 "} {
		if !bytes.Contains(notices.Bytes(), []byte(want)) {
			t.Errorf("%q is not among the notices:\n%s", want, notices.String())
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/klptest/klptest/cases"
)

func TestForemost(t *testing.T) {
	list := []*cases.Case{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for name, want := range map[string]string{"a": "abc", "c": "cab", "": "abc", "other": "abc"} {
		var got string
		for _, c := range foremost(list, name) {
			got += c.Name
		}
		if got != want {
			t.Errorf("%q first: %s, want %s", name, got, want)
		}
	}
	if list[0].Name != "a" {
		t.Error("the list itself was changed")
	}
}

// TestUntilFail: only a FAIL says something about a kernel.
func TestUntilFail(t *testing.T) {
	for _, v := range []cases.Verdict{cases.Pass, cases.Skip, cases.Error, cases.Fail} {
		if err := (untilFail{}).Case(cases.Result{Verdict: v}); (err != nil) != (v == cases.Fail) {
			t.Errorf("%s: %v", v, err)
		}
	}
}

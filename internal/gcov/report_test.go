// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// coreReport is gcov's report on core.c, whose line 7 is inlined twice, and
// patchReport that on patch.c; both include core.h.
const (
	coreReport = `{"gcc_version": "12.2.0", "files": [
{"file": "../include/linux/list.h", "lines": [{"line_number": 1, "count": 9, "branches": []}], "functions": []},
{"file": "../kernel/livepatch/core.c", "lines": [
 {"line_number": 9, "count": 0, "branches": [], "unexecuted_block": true, "function_name": "klp_b"},
 {"line_number": 7, "count": 3, "branches": [{"count": 2, "throw": false, "fallthrough": true}, {"count": -1, "throw": false, "fallthrough": false}], "function_name": "klp_a"},
 {"line_number": 7, "count": 4, "branches": [{"count": 0}, {"count": 4}], "function_name": "klp_b"}]},
{"file": "../kernel/livepatch/core.h", "lines": [{"line_number": 5, "count": 1, "branches": []}]}],
"format_version": "1", "current_working_directory": "/src/build", "data_file": "kernel/livepatch/core.gcda"}`
	patchReport = `{"files": [{"file": "/src/kernel/livepatch/patch.c", "lines": []}, {"file": "/src/kernel/livepatch/core.h", "lines": [{"line_number": 5, "count": 2, "branches": []}]}], "current_working_directory": "/"}`
)

var reported = []string{"kernel/livepatch/core.c", "kernel/livepatch/patch.c"}

func TestParseReport(t *testing.T) {
	p, err := parseReport(strings.NewReader(coreReport+"\n"+patchReport), reported)
	if err != nil {
		t.Fatal(err)
	}
	want := []File{
		{Name: "kernel/livepatch/core.c", Lines: []Line{
			{Number: 7, Function: "klp_a", Count: 7, Branches: []uint64{2, 0, 0, 4}},
			{Number: 9, Function: "klp_b"},
		}},
		{Name: "kernel/livepatch/core.h", Lines: []Line{{Number: 5, Count: 3}}},
	}
	if diff := cmp.Diff(want, p.files); diff != "" {
		t.Error(diff)
	}
	if got := p.paths["kernel/livepatch/core.h"]; got != "/src/kernel/livepatch/core.h" {
		t.Errorf("core.h is %s", got)
	}
}

func TestBadReport(t *testing.T) {
	for want, text := range map[string]string{
		"core.c: EOF":                "",
		"gcov does not tell of":      patchReport + patchReport,
		"gcov says more":             coreReport + patchReport + "{}",
		"of kernel/livepatch/core.c": strings.Replace(coreReport, `"count": 3`, `"count": "3"`, 1) + patchReport,
		"line 0":                     strings.Replace(coreReport, `"line_number": 9`, `"line_number": 0`, 1) + patchReport,
	} {
		if _, err := parseReport(strings.NewReader(text), reported); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func FuzzParseReport(f *testing.F) {
	f.Add(coreReport + patchReport)
	f.Add(`{"files":[{"file":"/kernel/livepatch/core.c"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseReport(strings.NewReader(text), reported)
		if err != nil {
			return
		}
		for _, file := range p.files {
			if total := file.Total(); total.LinesRun > total.Lines || total.BranchesRun > total.Branches {
				t.Errorf("%s: %v", file.Name, total)
			}
			for name, ran := range RanOf(p.files) {
				if _, err := Numbers(ran.Lines); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
	})
}

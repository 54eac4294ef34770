// SPDX-License-Identifier: Apache-2.0

package touched

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/gcov"
)

// TestAttackManyCases: results in which each of many cases runs a million lines are read
// quickly and use little memory.
func TestAttackManyCases(t *testing.T) {
	cases := make([]Case, 20_000)
	for i := range cases {
		cases[i] = Case{fmt.Sprint("case-", i), map[string]gcov.Ran{name: {Lines: "1-1048576"}}}
	}
	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	r, err := Of(strings.NewReader(header+"@@ -6,1 +6,1 @@\n-		return c(6);\n+		x;\n"), counted(before), cases)
	runtime.ReadMemStats(&end)
	if err != nil || len(r.Lines) != 1 || len(r.Lines[0].Cases) != mostNamed || r.Lines[0].More != len(cases)-mostNamed || len(r.Cases(cases)) != len(cases) {
		t.Errorf("%v, %+v", err, r.Lines)
	}
	if mb := (end.TotalAlloc - start.TotalAlloc) >> 20; mb > 50 {
		t.Errorf("%d MB", mb)
	}
}

// TestAttackEndlessStatement: the source is a single statement, and the
// patch changes all of it.
func TestAttackEndlessStatement(t *testing.T) {
	const n = 20_000
	source := make([]string, n)
	for i := range source {
		source[i] = "a +"
	}
	var patch strings.Builder
	fmt.Fprintf(&patch, "%s@@ -1,%d +1,%d @@\n%s%s", header, n, n, strings.Repeat("-a +\n", n), strings.Repeat("+b +\n", n))
	f := gcov.File{Name: name, Source: source}
	if r, err := Of(strings.NewReader(patch.String()), []gcov.File{f}, nil); err != nil || len(r.Lines) != 0 {
		t.Errorf("%v, %d lines", err, len(r.Lines))
	}
}

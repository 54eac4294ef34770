// SPDX-License-Identifier: Apache-2.0

package touched

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
)

const name = "kernel/livepatch/core.c"

// before is the source of all tests. Its lines with a digit have code.
var before = []string{
	"/* A function. */", "int f(void)", "{",
	"	if (a(4) &&", "	    b)",
	"		return c(6);",
	"",
	"	/* Else. */", "	d(9);", "	return e(10);",
	"}",
}

func counted(source []string) []gcov.File {
	f := gcov.File{Name: name, Source: source}
	for i, text := range source {
		if strings.ContainsAny(text, "0123456789") {
			f.Lines = append(f.Lines, gcov.Line{Number: i + 1})
		}
	}
	return []gcov.File{f}
}

func edited(from, to string) []string {
	return strings.Split(strings.Replace(strings.Join(before, "\n"), from, to, 1), "\n")
}

const header = "--- a/kernel/livepatch/core.c\n+++ b/kernel/livepatch/core.c\n"

func TestOf(t *testing.T) {
	const (
		replace = header + "@@ -6,1 +6,1 @@\n-		return c(6);\n+		return c(66);\n"
		insert  = header + "@@ -9,2 +9,3 @@\n 	d(9);\n+	x(99);\n 	return e(10);\n"
		remove  = header + "@@ -8,3 +8,2 @@\n 	/* Else. */\n-	d(9);\n 	return e(10);\n"
		middle  = header + "@@ -5,1 +5,1 @@\n-	    b)\n+	    !b)\n"
		comment = header + "@@ -8,1 +8,1 @@\n-	/* Else. */\n+	/* Otherwise. */\n"
	)
	patched := map[string][]string{
		replace: edited("c(6)", "c(66)"), insert: edited("d(9);\n", "d(9);\n	x(99);\n"), remove: edited("	d(9);\n", ""),
		middle: edited("    b)", "    !b)"), comment: edited("Else", "Otherwise"),
	}
	for _, tt := range []struct {
		what, patch      string
		without, patched string // the lines
	}{
		{"replace", replace, "6", "6"},
		{"insert: the neighbours", insert, "9 10", "10"},
		{"remove: the neighbours", remove, "9", "9"},
		{"the second line of a statement", middle, "4", "4"},
		{"a comment", comment, "", ""},
		{"a mail", "From: A <a@example.org>\nSubject: [PATCH] x\n\nText.\n\n---\n core.c | 2 +-\n\ndiff --git a/kernel/livepatch/core.c b/kernel/livepatch/core.c\n" + replace + "-- \n2.39.5\n\n", "6", "6"},
		{"elsewhere", strings.ReplaceAll(replace, "-6,1 +6,1", "-2,1 +2,1"), "6", "6"},
	} {
		after, ok := patched[tt.patch]
		if !ok {
			after = patched[replace]
		}
		for _, side := range []struct {
			source  []string
			want    string
			patched bool
		}{{before, tt.without, false}, {after, tt.patched, true}} {
			r, err := Of(strings.NewReader(tt.patch), counted(side.source), nil)
			var numbers []int
			for _, l := range r.Lines {
				numbers = append(numbers, l.Number)
			}
			if got := gcov.Ranges(numbers); err != nil || got != gcov.Ranges(numbersOf(t, side.want)) || r.Patched != side.patched {
				t.Errorf("%s, with the patch %v: %q, want %q; %v, %v", tt.what, side.patched, got, side.want, r.Patched, err)
			}
		}
	}
}

// TestStatement: where a compiler counts a statement; the numbers are those
// of lines with a digit.
func TestStatement(t *testing.T) {
	c := codeOf(counted([]string{
		"int f(int a)", "{", "	int b;", "",
		"	flags = 1 |", "#ifdef X", "		MORE |", "#endif", "		LAST;",
		"	if (g(2)) {", "		inlined();", "		return 3;", "	}", "	called();", "}",
	})[0])
	for number, want := range map[int]int{0: 0, 1: 0, 3: 0, 5: 5, 6: 0, 7: 5, 9: 5, 10: 10, 11: 12, 13: 0, 14: 0, 16: 0} {
		if got, _ := c.counted(number); got != want {
			t.Errorf("line %d is counted on line %d, want %d", number, got, want)
		}
	}
}

func numbersOf(t *testing.T, ranges string) []int {
	t.Helper()
	numbers, err := gcov.Numbers(ranges)
	if err != nil {
		t.Fatal(err)
	}
	return numbers
}

func TestWrite(t *testing.T) {
	patch := header + "@@ -4,6 +4,6 @@\n-	if (a(4) &&\n+	if (a(5) &&\n 	    b)\n-		return c(6);\n+		return c(7);\n \n 	/* Else. */\n 	d(9);\n" +
		"--- a/kernel/module/main.c\n+++ b/kernel/module/main.c\n@@ -1,1 +1,1 @@\n-x\n+y\n--- a/Documentation/x.rst\n+++ b/Documentation/x.rst\n@@ -1,1 +1,1 @@\n-x\n+y\n"
	cases := []Case{
		{"quick", map[string]gcov.Ran{name: {Lines: "4"}}}, {"other", map[string]gcov.Ran{name: {Lines: "9-10"}}}, {"slow", map[string]gcov.Ran{name: {Lines: "1-5"}}},
	}
	r, err := Of(strings.NewReader(patch), counted(before), cases)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	const side = " (this kernel does not have the patch: what goes, and what is next to what comes)"
	want := "no case runs 1 of 2 changed lines" + side + ":\n  kernel/livepatch/core.c:6: return c(6);\n" +
		"cases run 1 of 2 changed lines" + side + ", the quickest first:\n  kernel/livepatch/core.c:4: if (a(4) &&\n      quick slow\n" +
		"not counted: kernel/module/main.c\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"quick", "slow"}, r.Cases(cases)); d != "" {
		t.Error(d)
	}
}

func TestBadInput(t *testing.T) {
	for _, tt := range []struct{ patch, want string }{
		{"", "there is no patch in it"},
		{"hello\n", "there is no patch in it"},
		{header + "@@ -1,1 +1,1 @@\n-x\n", "the patch cannot be read: "},
		{header + "@@ -1,1 +1,1 @@\n-x\n+y\n", "kernel/livepatch/core.c, as it was counted, is the file neither before the patch nor after it"},
		{strings.Repeat("x", maxPatch+1), "the patch: "},
	} {
		_, err := Of(strings.NewReader(tt.patch), counted(before), nil)
		var e *blame.Error
		if !errors.As(err, &e) || e.Party != blame.User || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%.60q: %v", tt.patch, err)
		}
	}
	bad := []Case{{"a", map[string]gcov.Ran{name: {Lines: "9-1"}}}}
	if _, err := Of(strings.NewReader(header+"@@ -6,1 +6,1 @@\n-		return c(6);\n+		x;\n"), counted(before), bad); err == nil {
		t.Error("ranges that fall are taken")
	}
}

func FuzzOf(f *testing.F) {
	f.Add(header + "@@ -9,2 +9,3 @@\n 	d(9);\n+	x(99);\n 	return e(10);\n")
	f.Add("diff --git a/x b/x\nnew file mode 100644\n")
	f.Fuzz(func(t *testing.T, patch string) {
		r, err := Of(strings.NewReader(patch), counted(before), nil)
		for _, l := range r.Lines {
			if err != nil || l.Number < 1 || l.Number > len(before) {
				t.Errorf("%+v, %v", l, err)
			}
		}
	})
}

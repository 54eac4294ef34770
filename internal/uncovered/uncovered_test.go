// SPDX-License-Identifier: Apache-2.0

package uncovered

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/gcov"
)

const reasons = `# a comment

f
> 	return -ENOMEM;
>   goto err;
There is
always memory.

g
> return -ENOMEM;
Never called.

f
? if (b)
Needs a b.
`

func TestParse(t *testing.T) {
	got, err := Parse(reasons)
	want := Reasons{
		{"f", "return -ENOMEM;", false}: "There is always memory.", {"f", "goto err;", false}: "There is always memory.",
		{"g", "return -ENOMEM;", false}: "Never called.", {"f", "if (b)", true}: "Needs a b.",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if r := got.For(Line{"f", "\t\tgoto err;", false}); r != "There is always memory." {
		t.Errorf("reason is %q", r)
	}
	if r := got.For(Line{"f", "goto err;", true}); r != "" {
		t.Errorf("reason of branches is %q", r)
	}
	for name, text := range map[string]string{
		"no lines":      "f\nreason",
		"no reason":     "f\n> x",
		"no function":   "> x\nreason",
		"only branches": "? x\n? y\nreason",
		"two functions": "f g\n> x\nreason",
		"twice":         "f\n> x\nreason\n\nf\n> x\nreason",
	} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAsserts(t *testing.T) {
	for text, want := range map[string]bool{
		"	if (WARN_ON(!ops))":                       true,
		"		WARN_ON_ONCE(state == IDLE);":            true,
		`		WARN(1, "Duplicate shadow variable\n");`: true,
		"	WARN_ONCE(x, \"y\");":                     true,
		"	if (FOREWARN_ON(x))":                      false,
		"	pr_warn(\"WARN_ON\");":                    false,
		"	if (!ops)":                                false,
	} {
		if got := asserts(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestShipped(t *testing.T) {
	if _, err := Shipped(); err != nil {
		t.Error(err)
	}
}

// documented lacks lines and branches.
var documented = gcov.File{
	Name:   "kernel/livepatch/core.c",
	Source: strings.Split("int f(void)\n{\n\tif (a)\n\t\treturn -ENOMEM;\n\n\t/* c */\n\tif (b)\n\t\tgoto err;\n\tif (WARN_ON(c))\n\t\treturn 0;\nerr:\n\treturn -1;\n}", "\n"),
	Lines: []gcov.Line{
		{Number: 3, Count: 2, Branches: []uint64{0, 2}}, {Number: 4}, {Number: 7, Count: 2, Branches: []uint64{2, 0}}, {Number: 8},
		{Number: 9, Count: 2, Branches: []uint64{2, 0, 2, 0}}, {Number: 10, Count: 2}, {Number: 12},
	},
}

func TestWrite(t *testing.T) {
	all, err := Parse(reasons)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := (Document{Kernel: "6.12.0", Cases: 3, Files: []gcov.File{documented}}).Write(&b, all); err != nil {
		t.Fatal(err)
	}
	want := "# What the shipped cases run of kernel/livepatch\n\nWritten by `make kernel-coverage`. 3 cases ran on Linux 6.12.0, which counts as\n"
	if !strings.HasPrefix(b.String(), want) {
		t.Errorf("it begins with %.200q", b.String())
	}
	_, got, _ := strings.Cut(b.String(), "gone wrong.\n\n")
	want = `| file | lines | run | branches | taken | without assertions | taken |
|---|--:|--:|--:|--:|--:|--:|
| ` + "`kernel/livepatch/core.c`" + ` | 7 | 57.1% | 8 | 50.0% | 4 | 50.0% |
| all | 7 | 57.1% | 8 | 50.0% | 4 | 50.0% |

## Lines that no case runs, no reason given

### kernel/livepatch/core.c

` + "`f`" + `, line 12

    return -1;

## Branches that no case takes, no reason given

### kernel/livepatch/core.c

` + "`f`" + `, line 3

    if (a)

## Lines that no case runs

### kernel/livepatch/core.c

` + "`f`" + `, line 4: There is always memory.

    return -ENOMEM;

` + "`f`" + `, line 8: There is always memory.

    goto err;

## Lines with branches that no case takes

### kernel/livepatch/core.c

` + "`f`" + `, line 7: Needs a b.

    if (b)
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(reasons)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Parse(text)
		for line, reason := range got {
			if err == nil && (line.Function == "" || reason == "") {
				t.Errorf("%v: %q", line, reason)
			}
		}
	})
}

// TestAttackEscapes: results may be untrusted, and never reach a terminal unescaped. A
// long file of lines that were not run is written in time.
func TestAttackEscapes(t *testing.T) {
	source := []string{"int f\x1b[31m(void)", "\tx(\"\x1b]0;t\a\");", "\ty(\"a\r\nb\");"}
	file := gcov.File{Name: "kernel/livepatch/core.c", Source: source}
	for i := range 100_000 {
		file.Lines = append(file.Lines, gcov.Line{Number: i + 1})
	}
	for range 100_000 {
		file.Source = append(file.Source, "\tz")
	}
	var b strings.Builder
	if err := (Document{Kernel: "6.12\x1b[2J", Files: []gcov.File{file}}).Write(&b, Reasons{}); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexAny(b.String(), "\x1b\a\r"); i >= 0 {
		t.Errorf("a control character: %.100q", b.String()[max(0, i-50):])
	}
}

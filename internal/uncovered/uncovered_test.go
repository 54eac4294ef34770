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
`

func TestParse(t *testing.T) {
	got, err := Parse(reasons)
	want := Reasons{{"f", "return -ENOMEM;"}: "There is always memory.", {"f", "goto err;"}: "There is always memory.", {"g", "return -ENOMEM;"}: "Never called."}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if r := got.For("f", "\t\tgoto err;"); r != "There is always memory." {
		t.Errorf("reason is %q", r)
	}
	for name, text := range map[string]string{
		"no lines":      "f\nreason",
		"no reason":     "f\n> x",
		"no function":   "> x\nreason",
		"two functions": "f g\n> x\nreason",
		"twice":         "f\n> x\nreason\n\nf\n> x\nreason",
	} {
		if got, err := Parse(text); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestShipped(t *testing.T) {
	if _, err := Shipped(); err != nil {
		t.Error(err)
	}
}

func TestWrite(t *testing.T) {
	all, err := Parse(reasons)
	if err != nil {
		t.Fatal(err)
	}
	file := gcov.File{
		Name:   "kernel/livepatch/core.c",
		Source: strings.Split("int f(void)\n{\n\tif (a)\n\t\treturn -ENOMEM;\n\n\t/* c */\n\tif (b)\n\t\tgoto err;\n\treturn 0;\nerr:\n\treturn -1;\n}", "\n"),
		Lines:  []gcov.Line{{Number: 3, Count: 2, Branches: []uint64{0, 2}}, {Number: 4}, {Number: 7, Count: 2}, {Number: 8}, {Number: 9, Count: 2}, {Number: 11}},
	}
	var b strings.Builder
	if err := (Document{Kernel: "6.12.0", Cases: 3, Files: []gcov.File{file}}).Write(&b, all); err != nil {
		t.Fatal(err)
	}
	want := `# What the shipped cases run of kernel/livepatch

Written by ` + "`make kernel-coverage`. 3 cases ran on Linux 6.12.0, which counts as\n`klptest kernel build --gcov` makes it." + ` Some branches of transition.c depend on the moment: from
run to run their number differs a little.

| file | lines | run | branches | taken |
|---|--:|--:|--:|--:|
| ` + "`kernel/livepatch/core.c`" + ` | 6 | 50.0% | 2 | 50.0% |
| all | 6 | 50.0% | 2 | 50.0% |

## Lines that no case runs, no reason given

### kernel/livepatch/core.c

` + "`f`" + `, line 11

    return -1;

## Lines that no case runs

### kernel/livepatch/core.c

` + "`f`" + `, line 4: There is always memory.

    return -ENOMEM;

` + "`f`" + `, line 8: There is always memory.

    goto err;
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
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

// TestAttackEscapes: results may be a stranger's; nothing of them reaches a terminal as
// it is. A long file of lines that were not run is written in time.
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

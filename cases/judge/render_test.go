// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

// TestRenderOrder: errno and output have a fixed place, whatever the file's
// order.
func TestRenderOrder(t *testing.T) {
	c := mustParse(t, "% cat /x\n= 1\n[kernel >=5, not config FOO=y] first\n! EWOULDBLOCK\n= 2\nsecond")
	want := []shown{{text: "% cat /x", at: 4}, {text: "first", at: 6, when: "[kernel >= 5, not config FOO=y] "}, {text: "second", at: 9}, {text: "! EAGAIN", at: 7}, {text: "= 1", at: 5}, {text: "= 2", at: 8}}
	if d := cmp.Diff(want, expected(c.Steps), cmp.AllowUnexported(shown{})); d != "" {
		t.Error(d)
	}
}

// TestErrnoHasOneName: a machine may use either name of an error.
func TestErrnoHasOneName(t *testing.T) {
	for _, name := range []string{"EAGAIN", "EWOULDBLOCK"} {
		c := mustParse(t, "% rmmod klp_a\n! "+name)
		for _, answer := range []string{"EAGAIN", "EWOULDBLOCK"} {
			o := Observation{Answers: []machine.Answer{{Errno: answer, Records: []machine.Record{{Facility: 1, Text: "% rmmod klp_a"}}}}}
			if f := Judge(c, o); f.Verdict != Pass {
				t.Errorf("%s for %s: %q", answer, name, f.Reasons)
			}
		}
	}
}

// TestCaseCounts: neither the log nor the output is normalised.
func TestCaseCounts(t *testing.T) {
	c := mustParse(t, "% cat /x\nlog A\n= out A")
	for _, seen := range [][2]string{{"log A", "out A"}, {"log A", "out a"}, {"log a", "out A"}, {"log  A", "out A"}, {"log A", "out  A"}} {
		o := Observation{Answers: []machine.Answer{{Output: seen[1], Records: []machine.Record{{Facility: 1, Text: "% cat /x"}, {Text: seen[0]}}}}}
		same := seen == [2]string{"log A", "out A"}
		if f := Judge(c, o); (f.Verdict == Pass) != same {
			t.Errorf("%q: %s", seen, f.Verdict)
		}
	}
}

func TestOutputLines(t *testing.T) {
	tests := map[string][]string{
		"":           nil,
		"\n":         {"="},
		"1":          {"= 1"},
		"1\n":        {"= 1"},
		"1\n\n 2 \n": {"= 1", "=", "=  2"},
		"a\x00b\r\n": {`= a\x00b`},
	}
	for output, want := range tests {
		if d := cmp.Diff(want, outputLines(output)); d != "" {
			t.Errorf("%q:\n%s", output, d)
		}
	}
}

func TestEscape(t *testing.T) {
	tests := map[string]string{
		"plain\ttext ü":     "plain\ttext ü",
		"at the end \t\r\n": "at the end",
		"\x1b[31mred":       `\x1b[31mred`,
		"a\u202eb":          `a\xe2\x80\xaeb`,
		"\xff\xfe":          `\xff\xfe`,
		"two\nlines":        `two\x0alines`,
		"lost \ufffd":       "lost \ufffd",
		"nbsp\u00a0":        "nbsp\u00a0",
		`already \x1b`:      `already \x1b`,
	}
	for in, want := range tests {
		if got := klog.Escape(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
		if got := klog.Escape(want); got != want {
			t.Errorf("%q changes when shown again: %q", want, got)
		}
	}
}

func TestStallLines(t *testing.T) {
	s := &machine.Stall{What: "transition of klp_a", Limit: 1e9, Sysfs: "a = 1\nb = 0\n"}
	for i := range maxTasks + 3 {
		s.Tasks = append(s.Tasks, machine.Task{PID: i, Comm: "t", Stack: strings.Repeat("[<0>] f.isra.0+0x1/0x2 [m]\n", maxFrames+5)})
	}
	s.Tasks[1].Stack = "not a stack"
	got := linesOf(s, "insmod klp_a")
	stack := strings.TrimSuffix(strings.Repeat("f < ", maxFrames), " < ")
	want := []string{"% insmod klp_a: transition of klp_a did not end within 1s", "blocked by t (pid 0): " + stack, "blocked by t (pid 1): no stack"}
	if d := cmp.Diff(want, got[:3]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"and 3 more tasks", "sysfs: a = 1", "sysfs: b = 0"}, got[len(got)-3:]); d != "" {
		t.Error(d)
	}
}

// TestStallHeadlines: each thing that a guest waits for makes a sentence.
func TestStallHeadlines(t *testing.T) {
	for what, want := range map[string]string{
		"end of sh sleep 1000": "% sh sleep 1000: did not end within 20s",
		"transition of klp_a":  "% sh sleep 1000: transition of klp_a did not end within 20s",
		"removal of klp_a":     "% sh sleep 1000: removal of klp_a did not end within 20s",
	} {
		got := linesOf(&machine.Stall{What: what, Limit: 20 * time.Second}, "sh sleep 1000")
		if d := cmp.Diff([]string{want}, got); d != "" {
			t.Error(d)
		}
	}
}

// TestCompareConditions: a line expected under a condition is shown with it.
func TestCompareConditions(t *testing.T) {
	var want []shown
	var got []string
	for i := range 20 {
		l := shown{text: fmt.Sprint("line ", i), at: i, when: "[kernel >= 5] "}
		want = append(want, l)
		if i != 3 && i != 17 {
			got = append(got, l.text)
		}
	}
	want[17].when = ""
	d := compare("f", want, append(got, "more"))
	var lines []string
	for line := range strings.Lines(d.unified) {
		if line[0] == '-' || line[0] == '+' {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	list := []string{"--- f (expected)", "+++ observed", "-[kernel >= 5] line 3    <-- f:3", "-line 17", "+more"}
	if diff := cmp.Diff(list, lines); diff != "" {
		t.Error(diff)
	}
}

func TestCompare(t *testing.T) {
	want := []shown{{text: "% a", at: 10}, {text: "one", at: 11}, {text: "two", at: 13}, {text: "% b", at: 15}}
	tests := []struct {
		name, got string
		line      int
		step      int
		text      string
	}{
		{"equal", "% a|one|two|% b", 0, 0, ""},
		{"changed", "% a|one|zwei|% b", 13, 1, "expected: two; got: zwei"},
		{"first missing", "% a|two|% b", 11, 1, "expected: one; got: two"},
		{"last missing", "% a|one|% b", 13, 1, "missing: two"},
		{"all missing", "% a|% b", 11, 1, "missing: one"},
		{"more", "% a|one|two|three|% b", 13, 1, "nothing more expected here; got: three"},
		{"more at the end", "% a|one|two|% b|three", 15, 2, "nothing more expected here; got: three"},
	}
	for _, test := range tests {
		d := compare("f", want, strings.Split(test.got, "|"))
		if d.line != test.line || d.step != test.step || d.text != test.text || (d.unified == "") != (test.line == 0) {
			t.Errorf("%s: %d, step %d, %q\n%s", test.name, d.line, d.step, d.text, d.unified)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

func TestUpdateOfPassingIsIdentity(t *testing.T) {
	for _, f := range passing(t) {
		got, err := Update(f.data, f.c, f.o)
		if d := cmp.Diff(string(f.data), string(got)); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", f.path, err, d)
		}
	}
}

const updateHead = "Title\n\nNeeds: kernel >= 5\n\n-- transcript --\n"

// updateTests are scripts and their updates, all for the same observation.
var updateTests = []struct {
	name, old, want string
}{
	{
		"all new", `
% insmod klp_a
% cat /x`, `
% insmod klp_a
one
two
! EINVAL
% cat /x
= 1
= 2
`,
	},
	{
		"all wrong", `
# before
% insmod klp_a
# comment
eins
zwei

drei
! EBUSY
# last
% cat /x
= eins
`, `
# before
% insmod klp_a
# comment
one
two

! EINVAL
# last
% cat /x
= 1
= 2
`,
	},
	{
		"some wrong", `
%  insmod klp_a
\one
# comment
= wrong
2
%  cat /x
=   1
= 1
= 3
`, `
%  insmod klp_a
\one
# comment
two
! EINVAL
%  cat /x
= 1
= 2
`,
	},
	{
		"conditions", `
[kernel >= 6] % insmod klp_a
[kernel >= 7] three
[kernel < 7]  wrong
[kernel < 7] wrong, too
[kernel < 7] ! EAGAIN
[kernel >= 7] ! EPERM
[kernel >= 7] % sh not here
 kept
! EPERM
% cat /x
[kernel < 7] = 1
[kernel >= 7] = 0
`, `
[kernel >= 6] % insmod klp_a
[kernel >= 7] three
[kernel < 7]  one
[kernel < 7] two
[kernel < 7] ! EINVAL
[kernel >= 7] ! EPERM
[kernel >= 7] % sh not here
 kept
! EPERM
% cat /x
[kernel < 7] = 1
= 2
[kernel >= 7] = 0
`,
	},
}

func TestUpdate(t *testing.T) {
	for _, test := range updateTests {
		data := updateHead + test.old
		c, err := casefile.Parse("t", []byte(data))
		if err != nil {
			t.Fatal(err)
		}
		o := Observation{
			Facts:   machine.Facts{Release: "6.12.0"},
			Answers: []machine.Answer{{Errno: "EINVAL"}, {Output: "1\n2\n"}},
			End: machine.EndState{Records: []machine.Record{
				{Facility: 1, Text: "% insmod klp_a"}, {Text: "one"}, {Text: "two"}, {Facility: 1, Text: "% cat /x"},
			}},
		}
		got, err := Update([]byte(data), c, o)
		if d := cmp.Diff(updateHead+test.want, string(got)); err != nil || d != "" {
			t.Errorf("%s: %v\n%s", test.name, err, d)
		}
	}
}

func TestUpdateKeepsSources(t *testing.T) {
	const data = "T\n-- transcript --\n% sh x\n-- a.c --\n= not output\n% not a command"
	c, err := casefile.Parse("t", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	o := Observation{Answers: []machine.Answer{{Output: "y"}}, End: machine.EndState{Records: []machine.Record{{Facility: 1, Text: "% sh x"}}}}
	got, err := Update([]byte(data), c, o)
	want := strings.Replace(data, "% sh x\n", "% sh x\n= y\n", 1)
	if string(got) != want || err != nil {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

func TestUpdateRefuses(t *testing.T) {
	refused := map[string]string{
		"oops":            "unexpected BUG klp_get_state: BUG: kernel NULL pointer dereference, address: 0000000000000010",
		"warn-unexpected": "unexpected WARNING klp_get_prev_state: WARNING: CPU: 0 PID: 231 at kernel/livepatch/state.c:69 klp_get_prev_state+0x6b/0x80",
		"leak":            "klp_a/1/1 never freed; klp_a had it last",
		"left-behind":     "module klp_a is still loaded",
		"stall":           "% insmod klp_a states=1:1: transition of klp_a did not end within 1m0s",
		"stall-starved":   "the host gave the guest less than half of the processor time that it asked for",
		"marker-missing":  "the marker of % cat /sys/kernel/livepatch/klp_a/enabled is missing from the log",
		"cut-short":       "1 of 4 commands ran",
		"warn-truncated":  "the log ends inside a splat",
	}
	for name, why := range refused {
		f := readCorpus(t, "testdata/observed/"+name+".txtar")
		_, err := Update(f.data, f.c, f.o)
		want := name + ".txtar is not updated: " + why
		if err == nil || err.Error() != want || blame.Of(err) != blame.User {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	f := readCorpus(t, "testdata/observed/line-changed.txtar")
	changed := strings.Replace(string(f.data), "% rmmod", "# x\n% rmmod", 1)
	if _, err := Update([]byte(changed), f.c, f.o); err == nil || !strings.Contains(err.Error(), "has changed since it was run") {
		t.Errorf("changed file: %v", err)
	}
}

// TestUpdatePasses: whatever a case expects and whatever was observed, the
// updated case passes, and updating it again changes nothing.
func TestUpdatePasses(t *testing.T) {
	line := rapid.SampledFrom([]string{"a", "b", "c", "% x", "= y", "[z]", "* w", "-- q --", "klp_a: d\x1b", " lead"})
	lines := rapid.SliceOfN(line, 0, 6)
	expected := rapid.SampledFrom([]string{"a", "b", "c", "# note", "", "[kernel >= 6] a", "[kernel >= 7] b", "= a", "= b", `\% x`})
	rapid.Check(t, func(t *rapid.T) {
		var script, head strings.Builder
		var o Observation
		o.Facts.Release = "6.12.0"
		fmt.Fprint(&head, "Title\n\n-- transcript --\n")
		for i := range rapid.IntRange(1, 4).Draw(t, "steps") {
			text := fmt.Sprintf("sh %d", i)
			fmt.Fprintf(&script, "%% %s\n%s\n", text, strings.Join(rapid.SliceOfN(expected, 0, 6).Draw(t, "expected"), "\n"))
			o.Answers = append(o.Answers, drawAnswer(t, text, lines))
		}
		data := []byte(head.String() + script.String())
		c, err := casefile.Parse("t", data)
		if err != nil {
			t.Fatal(err)
		}
		once, err := Update(data, c, o)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		again, err := casefile.Parse("t", once)
		if err != nil {
			t.Fatal(err)
		}
		if f := Judge(again, o); f.Verdict != Pass {
			t.Fatalf("%s:\n%s", f.Reasons, f.Diff)
		}
		if twice, err := Update(once, again, o); err != nil || string(twice) != string(once) {
			t.Fatalf("%v: the second update changes:\n%s", err, cmp.Diff(string(once), string(twice)))
		}
		if strings.Count(string(once), "# note") != strings.Count(string(data), "# note") || strings.Count(string(once), "[kernel >= 7] b") != strings.Count(string(data), "[kernel >= 7] b") {
			t.Fatalf("comments or lines for other kernels are gone:\n%s", once)
		}
	})
}

func drawAnswer(t *rapid.T, text string, lines *rapid.Generator[[]string]) machine.Answer {
	a := machine.Answer{
		Errno:   rapid.SampledFrom([]string{"", "EINVAL", "exit 1"}).Draw(t, "errno"),
		Output:  strings.Join(lines.Draw(t, "output"), "\n"),
		Records: []machine.Record{{Facility: 1, Text: machine.MarkerPrefix + text}},
	}
	for _, l := range lines.Draw(t, "log") {
		a.Records = append(a.Records, machine.Record{Text: l})
	}
	return a
}

// TestUpdateRefusesADeath: all commands have answered, then the kernel dies.
func TestUpdateRefusesADeath(t *testing.T) {
	data := []byte("T\n\n-- transcript --\n% insmod klp_a\n% cat /x\n= wrong\n% rmmod klp_a\n")
	c, err := casefile.Parse("t.txtar", data)
	if err != nil {
		t.Fatal(err)
	}
	m := smallMachine()
	m.broken = map[string]error{"End": &blame.Error{Party: blame.Kernel, Summary: "the kernel panicked"}}
	res := Run(t.Context(), m, c)
	if res.Verdict != Fail {
		t.Fatalf("%+v", res)
	}
	_, err = Update(data, c, res.Observation)
	if want := "t.txtar is not updated: the run was broken off: the kernel panicked"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestRunUpdateRun: a case that fails only for its text passes after an update.
func TestRunUpdateRun(t *testing.T) {
	data := []byte("T\n\n-- transcript --\n% insmod klp_a\n% cat /x\n= wrong\n% rmmod klp_a\n! EBUSY\n")
	c, err := casefile.Parse("t.txtar", data)
	if err != nil {
		t.Fatal(err)
	}
	res := Run(t.Context(), smallMachine(), c)
	if res.Verdict != Fail {
		t.Fatalf("%+v", res)
	}
	data, err = Update(data, c, res.Observation)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = casefile.Parse("t.txtar", data); err != nil {
		t.Fatal(err)
	}
	if res = Run(t.Context(), smallMachine(), c); res.Verdict != Pass {
		t.Errorf("%q:\n%s", res.Reasons, data)
	}
}

// TestUpdateOfNotPredicted: lines that klptest new marked as not predicted are
// filled in, and the mark is removed.
func TestUpdateOfNotPredicted(t *testing.T) {
	const head = "A.\n\n-- transcript --\n% insmod klp_a\n"
	c, err := casefile.Parse("a.txtar", []byte(head+"# not predicted: what it logs\n% rmmod klp_a\n! EAGAIN\n# not predicted at all\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Update([]byte(head+"# not predicted: what it logs\n% rmmod klp_a\n! EAGAIN\n# not predicted at all\n"), c, symptomRun([]string{"klp_a: x"}, ""))
	if want := head + "klp_a: x\n% rmmod klp_a\n! EAGAIN\n"; err != nil || string(got) != want {
		t.Errorf("%v:\n%s", err, got)
	}
}

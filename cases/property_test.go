// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestAnyLogLineCanBeExpected: what a kernel may log, whatever it is, has a
// line in the transcript that is read back as just that.
func TestAnyLogLineCanBeExpected(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[%=!#\[*\\ -]{1,4}.{0,9}`), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	rapid.Check(t, func(t *rapid.T) {
		records := []Record{{Facility: 1, Text: "% sh x"}, {Text: text.Draw(t, "text")}, {Text: text.Draw(t, "text")}}
		o := Observation{Answers: []Answer{{Records: records}}}
		c := &Case{Steps: []Step{{Command: Command{Text: "sh x", Verb: Sh, Args: []string{"x"}}}}}
		first := Judge(c, o)
		again, err := Parse("t", []byte("T\n-- transcript --\n"+first.Observed))
		if err != nil {
			t.Fatalf("%v:\n%q", err, first.Observed)
		}
		if f := Judge(again, o); len(first.splats) == 0 && f.Verdict != Pass {
			t.Fatalf("%q:\n%s", f.Reasons, f.Diff)
		}
	})
}

func TestConditionString(t *testing.T) {
	kernel := rapid.Custom(func(t *rapid.T) string {
		op := rapid.SampledFrom([]string{">=", ">", "<=", "<", "==", "!="}).Draw(t, "op")
		return "kernel " + op + " " + rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{1,3}){0,2}`).Draw(t, "version")
	})
	other := rapid.StringMatching(`config [A-Z0-9_]{1,9}(=(y|m|"a b"|[0-9]+))?|sysfs [a-z][a-z_]{0,9}`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "not "}).Draw(t, "not") + rapid.OneOf(kernel, other).Draw(t, "condition")
		c, err := parseCondition(text)
		if strings.Contains(text, "a b") {
			if err == nil {
				t.Fatalf("%q has a blank in its value", text)
			}
			return
		}
		if err != nil || c.String() != strings.Replace(text, "CONFIG_", "", 1) {
			t.Fatalf("%q is read as %q, %v", text, c, err)
		}
	})
}

// TestExactlyOneHolds: of a condition and its contrary, where the kernel is
// known.
func TestExactlyOneHolds(t *testing.T) {
	f := Facts{Release: "6.12.1", Config: map[string]string{"A": "y", "B": "m"}, Sysfs: map[string]bool{"replace": true, "force": false}}
	texts := []string{"kernel >= 6.12", "kernel > 6.12", "kernel < 6.12", "kernel == 6", "kernel != 6", "kernel <= 6.11", "config A", "config B=y", "config C", "config C=n", "sysfs replace", "sysfs force"}
	for _, text := range texts {
		yes, err1 := parseCondition(text)
		no, err2 := parseCondition("not " + text)
		if err1 != nil || err2 != nil || (yes.unmet(f) == "") == (no.unmet(f) == "") {
			t.Errorf("%s: %q and %q", text, yes.unmet(f), no.unmet(f))
		}
	}
}

// TestFoldKeepsWhatIsNotASplats: markers and the lines of livepatch survive
// any log, in order.
func TestFoldKeepsWhatIsNotASplats(t *testing.T) {
	line := rapid.SampledFrom([]string{
		"------------[ cut here ]------------", "---[ end trace 0000000000000000 ]---", "Call Trace:", " f+0x1/0x2", "BUG: x",
		"WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2", "====================", "BUG: KASAN: x in f+0x1/0x2", "Kernel panic - not syncing: x",
		"WARNING: possible recursive locking detected", "Oops: 0000 [#1] SMP", "RIP: 0010:f+0x1/0x2", "% rmmod klp_a", "livepatch: x", "other",
	})
	keep := func(l string) bool { return strings.HasPrefix(l, "% ") || strings.HasPrefix(l, "livepatch: ") }
	rapid.Check(t, func(t *rapid.T) {
		log := rapid.SliceOfN(line, 1, 20).Draw(t, "log")
		got, _ := foldText(strings.Join(log, "\n"))
		want := slices.DeleteFunc(slices.Clone(log), func(l string) bool { return !keep(l) })
		if d := cmp.Diff(want, slices.DeleteFunc(got, func(l string) bool { return !keep(l) })); d != "" {
			t.Fatal(d)
		}
	})
}

// TestSplatsAreNeverLost: a log with a splat never passes a case that does
// not name it.
func TestSplatsAreNeverLost(t *testing.T) {
	around := rapid.SampledFrom([]string{" f+0x1/0x2", "Call Trace:", "====================", "livepatch: x", "stack backtrace:", "other"})
	first := rapid.SampledFrom([]string{
		"------------[ cut here ]------------", "BUG: x", "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2", "BUG: KASAN: x in f+0x1/0x2",
		"Kernel panic - not syncing: x", "WARNING: possible recursive locking detected", "Oops: 0000 [#1] SMP", "INFO: task x:1 blocked for more than 120 seconds.",
	})
	rapid.Check(t, func(t *rapid.T) {
		log := slices.Concat(rapid.SliceOfN(around, 0, 3).Draw(t, "before"), []string{first.Draw(t, "splat")}, rapid.SliceOfN(around, 0, 3).Draw(t, "after"))
		o := Observation{Answers: []Answer{{Records: []Record{{Facility: 1, Text: "% sh x"}}}}}
		var script strings.Builder
		for _, l := range log {
			o.Answers[0].Records = append(o.Answers[0].Records, Record{Text: l})
			fmt.Fprintln(&script, logLine(l))
		}
		c, err := Parse("t", []byte("T\n-- transcript --\n% sh x\n"+script.String()))
		if err != nil {
			t.Fatal(err)
		}
		if f := Judge(c, o); f.Verdict != Fail || len(f.splats) == 0 {
			t.Fatalf("%s because of %q:\n%s", f.Verdict, f.Reasons, script.String())
		}
	})
}

// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

// TestAnyLogLineCanBeExpected: anything that a kernel may log has a Line in the
// transcript that is read back unchanged.
func TestAnyLogLineCanBeExpected(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[%=!#\[*\\ -]{1,4}.{0,9}`), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	rapid.Check(t, func(t *rapid.T) {
		records := []machine.Record{{Facility: 1, Text: "% sh x"}, {Text: text.Draw(t, "text")}, {Text: text.Draw(t, "text")}}
		o := Observation{Answers: []machine.Answer{{Records: records}}}
		c := &casefile.Case{Steps: []casefile.Step{{Command: machine.Command{Text: "sh x", Verb: machine.Sh, Args: []string{"x"}}}}}
		first := Judge(c, o)
		again, err := casefile.Parse("t", []byte("T\n-- transcript --\n"+first.Observed))
		if err != nil {
			t.Fatalf("%v:\n%q", err, first.Observed)
		}
		if f := Judge(again, o); len(first.splats) == 0 && f.Verdict != Pass {
			t.Fatalf("%q:\n%s", f.Reasons, f.Diff)
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
		o := Observation{Answers: []machine.Answer{{Records: []machine.Record{{Facility: 1, Text: "% sh x"}}}}}
		var script strings.Builder
		for _, l := range log {
			o.Answers[0].Records = append(o.Answers[0].Records, machine.Record{Text: l})
			fmt.Fprintln(&script, klog.LogLine(l))
		}
		c, err := casefile.Parse("t", []byte("T\n-- transcript --\n% sh x\n"+script.String()))
		if err != nil {
			t.Fatal(err)
		}
		if f := Judge(c, o); f.Verdict != Fail || len(f.splats) == 0 {
			t.Fatalf("%s because of %q:\n%s", f.Verdict, f.Reasons, script.String())
		}
	})
}

// TestSplatWithinASplat puts a splat after each line of another one: a case
// that expects only the outer one fails.
func TestSplatWithinASplat(t *testing.T) {
	outer := map[string]string{
		"* WARNING f": "------------[ cut here ]------------\nWARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\nRIP: 0010:f+0x1/0x2\n---[ end trace 0000000000000000 ]---",
		"* KASAN f":   "==================================================================\nBUG: KASAN: x in f+0x1/0x2\nCall Trace:\n==================================================================",
		"* lockdep":   "WARNING: possible recursive locking detected\nbut task is already holding lock:\nstack backtrace:\nCall Trace:",
		"* stack":     "CPU: 0 UID: 0 PID: 1 Comm: a\nCall Trace:\n f+0x1/0x2",
	}
	inner := map[string]string{
		"* Oops":    "Oops: general protection fault: 0000 [#1] SMP",
		"* BUG":     "BUG: kernel NULL pointer dereference, address: 0000000000000010",
		"* KFENCE":  "BUG: KFENCE: use-after-free read in g+0x1/0x2",
		"* stall":   "INFO: task x:1 blocked for more than 120 seconds.",
		"* panic":   "Kernel panic - not syncing: x",
		"* WARNING": "------------[ cut here ]------------",
	}
	for want, text := range outer {
		lines := strings.Split(text, "\n")
		for kind, line := range inner {
			for i := range lines[1:] {
				if i == 0 && strings.Contains(lines[0], "cut here") {
					continue // it would be the cut's title
				}
				log := slices.Insert(slices.Clone(lines), i+1, line)
				o := Observation{Answers: []machine.Answer{{Records: []machine.Record{{Facility: 1, Text: "% sh x"}, {Text: strings.Join(log, "\n")}}}}}
				f := Judge(mustParse(t, "% sh x\n"+want), o)
				if f.Verdict != Fail || len(f.splats) == 0 {
					t.Errorf("%s within %s, behind line %d: %s", kind, want, i, f.Verdict)
				}
			}
		}
	}
}

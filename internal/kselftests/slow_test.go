// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
)

const lateDiff = "--- expected\n+++ result\n@@ -1,2 +1,3 @@\n % rmmod a\n+livepatch: signaling remaining tasks\n a: exit\n"

// TestSlowGuest: a transition that takes too long for a script is no fault of the kernel on
// an emulated guest, unless anything else differs or the log has a warning.
func TestSlowGuest(t *testing.T) {
	output := func(diff string) string { return "TEST: a ... ok\nTEST: b ... not ok\n\n" + diff + "\nERROR: x\n" }
	warns := kernelSays("WARNING: CPU: 0 PID: 9 at kernel/x.c:1 f+0x1/0x2", "---[ end trace 0 ]---")
	for name, c := range map[string]struct {
		diff     string
		emulated bool
		records  []machine.Record
		want     judge.Verdict
	}{
		"emulated":            {lateDiff, true, nil, judge.Error},
		"with KVM":            {lateDiff, false, nil, judge.Fail},
		"another difference":  {lateDiff + "-b\n", true, nil, judge.Fail},
		"no such difference":  {someDiff, true, nil, judge.Fail},
		"no diff":             {"", true, nil, judge.Fail},
		"the kernel warns":    {lateDiff, true, warns, judge.Fail},
		"the line is missing": {strings.ReplaceAll(lateDiff, "+live", "-live"), true, nil, judge.Fail},
	} {
		res := someTest(t).Run(t.Context(), fakeMachine{emulated: c.emulated, answer: machine.Answer{Output: output(c.diff), Errno: "exit 1", Records: c.records}})
		if res.Verdict != c.want || res.Transient != (c.want == judge.Error) {
			t.Errorf("%s: %s, transient %v, want %s", name, res.Verdict, res.Transient, c.want)
		}
		if res.Diff != c.diff || parts(res)[:8] != "a PASS, " {
			t.Errorf("%s: [%s] %q", name, parts(res), res.Diff)
		}
	}
}

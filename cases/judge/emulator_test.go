// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/emulator"
)

// spoiled is the log of a kernel whose emulator was at fault.
var spoiled = []string{
	"Oops: general protection fault: 0000 [#1] PREEMPT SMP NOPTI",
	"CPU: 0 UID: 0 PID: 1 Comm: insmod",
	"RIP: 0010:klp_enable_patch+0x31b/0x660",
	"RSP: 0018:ffffc90000003e98 EFLAGS: 1fa887e2",
	"---[ end trace 0000000000000000 ]---",
}

// TestRunSpoiledByTheEmulator: however the fault shows, it is an error, and the
// first reason says why. If no emulator runs the kernel, the same log is the
// kernel's fault.
func TestRunSpoiledByTheEmulator(t *testing.T) {
	died := &blame.Error{Transient: true, Err: fmt.Errorf("%w: in the console", emulator.ErrFault)}
	tests := []struct {
		name     string
		emulated bool
		log      []string
		err      error
		want     Verdict
		headline string
	}{
		{"in the log", true, spoiled, nil, Error, emulator.ErrFault.Error() + ": EFLAGS"},
		{"in the log, then a lost connection", true, spoiled, errUnplugged, Error, emulator.ErrFault.Error() + ": EFLAGS"},
		{"in the console, behind what the log has", true, spoiled[:2], died, Error, "% insmod klp_a: " + emulator.ErrFault.Error() + ": in the console"},
		{"an oops of the kernel", true, append(spoiled[:3:3], "RSP: 0018:ffffc90000003e98 EFLAGS: 00010246", spoiled[4]), nil, Fail, "unexpected Oops"},
		{"KVM", false, spoiled, nil, Fail, "unexpected Oops"},
		{"KVM, then a lost connection", false, spoiled, errUnplugged, Fail, "unexpected Oops"},
	}
	for _, tt := range tests {
		m, c := smallMachine(), mustParse(t, smallScript)
		m.facts.Emulated = tt.emulated
		m.answers["insmod klp_a"] = fakeAnswer{log: tt.log, err: tt.err}
		res := Run(t.Context(), m, c)
		if res.Verdict != tt.want || !strings.HasPrefix(res.Reasons[0], tt.headline) {
			t.Errorf("%s: %s: %q", tt.name, res.Verdict, res.Reasons)
		}
		if (res.Advice != "") != (tt.want == Error && tt.err != died) {
			t.Errorf("%s: advice %q", tt.name, res.Advice)
		}
		if !strings.Contains(strings.Join(res.Reasons, "\n"), "unexpected Oops") {
			t.Errorf("%s: the oops is not shown: %q", tt.name, res.Reasons)
		}
	}
}

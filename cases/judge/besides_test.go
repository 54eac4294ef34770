// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
)

// TestBesides: a second fault is told from what the symptom may have caused.
func TestBesides(t *testing.T) {
	const (
		end     = "---[ end trace 0000000000000000 ]---\n"
		warning = "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n" + end
		oops    = "Oops: general protection fault: 0000 [#1] SMP\nRIP: 0010:f+0x1/0x2\n" + end
		bug     = "kernel BUG at a.c:1!\n"
		asleep  = "BUG: sleeping function called from invalid context at a.c:1\nCPU: 0 PID: 1 Comm: a\nCall Trace:\n"
		kasan   = "BUG: KASAN: slab-use-after-free in g+0x1/0x2\n==================================================================\n"
		stall   = "INFO: task a:1 blocked for more than 120 seconds.\n"
		fatal   = "Kernel panic - not syncing: Fatal exception\n"
		onWarn  = "Kernel panic - not syncing: kernel: panic_on_warn set ...\n"
		other   = "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: f\n"
	)
	for _, test := range []struct{ kind, where, log, want string }{
		{"WARNING", "f", warning + warning, ""},
		{"WARNING", "f", warning + onWarn, ""},
		{"WARNING", "f", warning + other, "* panic"},
		{"WARNING", "f", warning + kasan + stall, "* KASAN g, * stall"},
		{"WARNING", "g", warning, "* WARNING f"},
		{"Oops", "f", oops + kasan + stall, ""},
		{"Oops", "f", kasan + oops, "* KASAN g"},
		{"panic", "", oops + fatal, ""},
		{"panic", "", kasan + oops + fatal, "* KASAN g"},
		{"BUG", "", bug + oops + stall, ""},
		{"BUG", "", asleep + kasan, "* KASAN g"},
		{"stall", "", stall, ""},
		{"splat", "", warning + kasan, ""},
		{casefile.Refusal, "", warning, "* WARNING f"},
		{casefile.Missing, "x", "", ""},
	} {
		var got []string
		for _, e := range besides(&casefile.Symptom{Kind: test.kind, Where: test.where}, splatsIn(&casefile.Case{}, test.log)) {
			got = append(got, e.Fold)
		}
		if text := strings.Join(got, ", "); text != test.want {
			t.Errorf("%s %s, with\n%s%q, want %q", test.kind, test.where, test.log, text, test.want)
		}
	}
	// The log of the guest ended after the first line of a BUG, and the console begins after it.
	cut := append(splatsIn(&casefile.Case{}, bug), splatsIn(&casefile.Case{}, oops+fatal)...)
	if others := besides(&casefile.Symptom{Kind: "BUG"}, cut); len(cut) != 3 || len(others) > 0 {
		t.Errorf("%d splats, others %v", len(cut), others)
	}
}

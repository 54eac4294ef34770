// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"testing"

	"github.com/klptest/klptest/cases/machine"
)

// On a machine with other services, only lines about livepatch and the case's modules,
// and splats, make a case fail; a missing line does on any machine.
func TestNoisyMachine(t *testing.T) {
	const want = "klp_a: pre_patch vmlinux"
	for name, tc := range map[string]struct {
		log   []string
		noisy bool
		want  Verdict
	}{
		"others, quiet machine":     {[]string{want, "usb 1-1: new high-speed USB device"}, false, Fail},
		"others":                    {[]string{"audit: type=1400", want, "usb 1-1: new high-speed USB device"}, true, Pass},
		"a name in a longer one":    {[]string{want, "klp_abc: hello", "my_klp_a: hello"}, true, Pass},
		"a stack without a fault":   {[]string{want, "CPU: 0 PID: 1 Comm: systemd Not tainted", "Call Trace:", " <TASK>"}, true, Pass},
		"a line of the module":      {[]string{want, "klp_a: surprise"}, true, Fail},
		"a line about the module":   {[]string{want, "sysfs: cannot create duplicate filename '/kernel/livepatch/klp_a'"}, true, Fail},
		"a line of livepatch":       {[]string{want, "livepatch: surprise"}, true, Fail},
		"a splat of somebody else":  {[]string{want, "BUG: kernel NULL pointer dereference, address: 0000000000000008"}, true, Fail},
		"nothing, and other's line": {[]string{"usb 1-1: new high-speed USB device"}, true, Fail},
	} {
		m := &fakeMachine{facts: machine.Facts{Noisy: tc.noisy}, answers: map[string]fakeAnswer{"insmod klp_a": {log: tc.log}}}
		res := Run(t.Context(), m, mustParse(t, "% insmod klp_a\n"+want+"\n"))
		if res.Verdict != tc.want {
			t.Errorf("%s: %s %q\n%s", name, res.Verdict, res.Reasons, res.Diff)
		}
	}
}

// An expected line counts, whoever logs it.
func TestNoisyMachineLogsWhatIsExpected(t *testing.T) {
	const line = "do_init_module: init suspiciously returned 1"
	m := &fakeMachine{facts: machine.Facts{Noisy: true}, answers: map[string]fakeAnswer{"insmod klp_a": {log: []string{line}}}}
	if res := Run(t.Context(), m, mustParse(t, "% insmod klp_a\n"+line+"\n")); res.Verdict != Pass {
		t.Errorf("%s %q", res.Verdict, res.Reasons)
	}
	m.answers["insmod klp_a"] = fakeAnswer{log: []string{line, line}}
	if res := Run(t.Context(), m, mustParse(t, "% insmod klp_a\n"+line+"\n")); res.Verdict != Fail {
		t.Errorf("once too often: %s", res.Verdict)
	}
}

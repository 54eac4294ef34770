// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

const enablingLine = "livepatch: enabling patch 'klp_a'"

func TestExpecting(t *testing.T) {
	good, bad := symptomRun([]string{enablingLine}, ""), symptomRun(nil, "")
	for _, test := range []struct {
		name      string
		o         Observation
		tolerance casefile.Tolerance
		symptom   string
		want      Verdict
	}{
		{"fails, and nobody asks", bad, casefile.Intolerant, "", Fail},
		{"fails", bad, casefile.Tolerant, "", XFail},
		{"fails", bad, casefile.Strict, "", XFail},
		{"passes, and nobody asks", good, casefile.Intolerant, "", Pass},
		{"passes", good, casefile.Tolerant, "", XPass},
		{"passes", good, casefile.Strict, "", Fail},
		{"fails as reported", bad, casefile.Tolerant, "missing " + enablingLine, XFail},
		{"fails otherwise", bad, casefile.Tolerant, "WARNING f", Fail},
	} {
		c := symptomCase(t, test.symptom)
		c.Fails, c.Tolerance = []casefile.KnownFailure{{Reason: "a bug"}}, test.tolerance
		res := conclude(c, test.o, nil)
		if told := res.Expected != ""; res.Verdict != test.want || told != (test.tolerance != casefile.Intolerant && test.symptom != "WARNING f") {
			t.Errorf("%s, tolerance %d: %s, expected %q", test.name, test.tolerance, res.Verdict, res.Expected)
		}
	}
}

// TestExpectingNothingElse: a known failure excuses no other splat, but whatever it may
// have caused.
func TestExpectingNothingElse(t *testing.T) {
	const (
		warns = enablingLine + "\nWARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n---[ end trace 0 ]---"
		kasan = "\nBUG: KASAN: slab-use-after-free in g+0x1/0x2\n=================================================================="
	)
	for _, test := range []struct {
		symptom, log, want string // the verdict and, of a FAIL, the first reason
	}{
		{"WARNING f", warns, "XFAIL"},
		{"WARNING f", warns + kasan, "FAIL besides the known failure: unexpected KASAN g: BUG: KASAN: slab-use-after-free in g+0x1/0x2"},
		{"missing " + enablingLine, "livepatch: x", "XFAIL"},
		{"missing " + enablingLine, "livepatch: x" + kasan, "FAIL besides the known failure: unexpected KASAN g: BUG: KASAN: slab-use-after-free in g+0x1/0x2"},
		{"WARNING g", warns, "FAIL not the reported symptom (WARNING g)"},
		{"", warns + kasan, "XFAIL"},
	} {
		c := symptomCase(t, test.symptom)
		c.Fails, c.Tolerance = []casefile.KnownFailure{{Reason: "a bug"}}, casefile.Tolerant
		o := symptomRun(strings.Split(test.log, "\n"), "")
		o.End.Taint, o.End.Modules = 1<<9, []string{"klp_a"}
		res := conclude(c, o, nil)
		got := string(res.Verdict)
		if res.Verdict == Fail {
			got += " " + res.Reasons[0]
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.symptom, got, test.want)
		}
	}
}

// TestExpectingACrash: the console of a guest that died may show a second fault.
func TestExpectingACrash(t *testing.T) {
	const dies = "[    5.1] Oops: general protection fault: 0000 [#1] SMP\n[    5.1] RIP: 0010:f+0x1/0x2\n[    5.1] ---[ end trace 0 ]---\n[    5.2] Kernel panic - not syncing: Fatal exception\n"
	const warns = "[    5.0] WARNING: CPU: 0 PID: 1 at a.c:1 g+0x1/0x2\n[    5.0] ---[ end trace 0 ]---\n"
	for _, test := range []struct {
		symptom, console string
		want             Verdict
	}{
		{"Oops f", dies, XFail},
		{"panic", dies, XFail},
		{"WARNING g", warns + dies, Fail},
		{"Oops f", warns + dies, Fail},
	} {
		c := symptomCase(t, test.symptom)
		c.Fails, c.Tolerance = []casefile.KnownFailure{{Reason: "a bug"}}, casefile.Tolerant
		err := &blame.Error{Party: blame.Kernel, Summary: "the guest died", Tail: test.console}
		if res := conclude(c, symptomRun(nil, ""), err); res.Verdict != test.want {
			t.Errorf("%s: %s, want %s: %q", test.symptom, res.Verdict, test.want, res.Reasons)
		}
	}
}

// TestExpectingAnotherKernel: a case is expected to fail only where known to.
func TestExpectingAnotherKernel(t *testing.T) {
	c := symptomCase(t, "")
	when, err := casefile.ParseKernels("kernel >= 6.13")
	if err != nil {
		t.Fatal(err)
	}
	c.Fails, c.Tolerance = []casefile.KnownFailure{{When: when, Reason: "a bug"}}, casefile.Tolerant
	if res := conclude(c, symptomRun(nil, ""), nil); res.Verdict != Fail || res.Expected != "" {
		t.Errorf("%s, %q", res.Verdict, res.Expected)
	}
}

// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"testing"

	"github.com/klptest/klptest/cases/casefile"
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

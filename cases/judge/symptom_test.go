// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

// symptomCase returns a case with a symptom, for judging a run.
func symptomCase(t *testing.T, symptom string) *casefile.Case {
	t.Helper()
	text := "A.\n\n" + strings.TrimSpace("Symptom: "+symptom) + "\n\n-- transcript --\n% insmod klp_a\nlivepatch: enabling patch 'klp_a'\n% rmmod klp_a\n! EAGAIN\n"
	if symptom == "" {
		text = strings.Replace(text, "Symptom:", "", 1)
	}
	c, err := casefile.Parse("a.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// symptomRun returns a run of that case. Its first command has the given log
// and errno; the second behaves as the case says.
func symptomRun(log []string, errno string) Observation {
	o := Observation{Facts: machine.Facts{Release: "6.12"}, Answers: []machine.Answer{{Errno: errno}, {Errno: "EAGAIN"}}}
	o.Answers[0].Records = []machine.Record{{Facility: 1, Text: "% insmod klp_a"}}
	for _, line := range log {
		o.Answers[0].Records = append(o.Answers[0].Records, machine.Record{Text: line})
	}
	o.Answers[1].Records = []machine.Record{{Facility: 1, Text: "% rmmod klp_a"}}
	return o
}

func TestReported(t *testing.T) {
	const enabling = "livepatch: enabling patch 'klp_a'"
	warn := []string{enabling, "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2"}
	stalled := symptomRun([]string{enabling}, "")
	stalled.Answers[0].Stall = &machine.Stall{What: "transition of klp_a", Limit: time.Minute}
	stalled.Answers = stalled.Answers[:1]
	tests := []struct {
		symptom string
		o       Observation
		want    Reported
	}{
		{"WARNING f", symptomRun(warn, ""), AsReported},
		{"WARNING", symptomRun(warn, ""), AsReported},
		{"WARNING g", symptomRun(warn, ""), NotAsReported},
		{"Oops f", symptomRun(warn, ""), NotAsReported},
		{"splat", symptomRun(warn, ""), AsReported},
		{"WARNING f", symptomRun([]string{enabling}, ""), ""},
		{"WARNING f", symptomRun(nil, ""), NotAsReported},
		{"", symptomRun(warn, ""), ""},
		{"refusal", symptomRun(nil, "EINVAL"), AsReported},
		{"refusal", symptomRun(nil, ""), NotAsReported},
		{"missing " + enabling, symptomRun(nil, ""), AsReported},
		{"missing " + enabling, symptomRun(warn, ""), NotAsReported},
		{"extra livepatch: x", symptomRun([]string{enabling, "livepatch: x"}, ""), AsReported},
		{"extra livepatch: x", symptomRun(nil, ""), NotAsReported},
		{"stall", stalled, AsReported},
		{"stall", symptomRun([]string{enabling, "INFO: rcu_sched self-detected stall on CPU"}, ""), AsReported},
		{"WARNING f", stalled, NotAsReported},
	}
	for _, test := range tests {
		if got := Judge(symptomCase(t, test.symptom), test.o).Reported; got != test.want {
			t.Errorf("%s: %q, want %q", test.symptom, got, test.want)
		}
	}
}

// TestReportedOfACrash: the console of a guest that died counts.
func TestReportedOfACrash(t *testing.T) {
	died := &blame.Error{Party: blame.Kernel, Summary: "the guest died", Tail: "[    5.1] Oops: general protection fault: 0000 [#1] SMP\n[    5.1] RIP: 0010:klp_x+0x1/0x2\n[    5.2] Kernel panic - not syncing: Fatal exception\n"}
	tests := []struct {
		symptom string
		err     error
		want    string
	}{
		{"Oops klp_x", died, "as reported (Oops klp_x)"},
		{"panic", died, "as reported (panic)"},
		{"BUG", died, "not the reported symptom (BUG)"},
		{"", died, "the guest died"},
		{"panic", errors.New("no connection"), "no connection"},
	}
	for _, test := range tests {
		res := conclude(symptomCase(t, test.symptom), symptomRun(nil, ""), test.err)
		if res.Reasons[0] != test.want {
			t.Errorf("%s: %q, want %q", test.symptom, res.Reasons, test.want)
		}
	}
}

func TestIgnores(t *testing.T) {
	c, err := casefile.Parse("a.txtar", []byte("A.\n\nIgnores: \"vendor: \" \"support status\"\nIgnores: \"CPU: 0 PID\"\n\n-- transcript --\n% insmod klp_a\n% rmmod klp_a\n! EAGAIN\n"))
	if err != nil {
		t.Fatal(err)
	}
	if f := Judge(c, symptomRun([]string{"vendor: x", "klp_a: unknown support status"}, "")); f.Verdict != Pass {
		t.Errorf("%v", f.Reasons)
	}
	for _, line := range []string{"WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2", "vendors"} {
		if f := Judge(c, symptomRun([]string{line}, "")); f.Verdict != Fail {
			t.Errorf("%q was ignored", line)
		}
	}
}

// TestMissingHeader: a failure that a missing header explains names the header.
func TestMissingHeader(t *testing.T) {
	c := symptomCase(t, "")
	o := symptomRun([]string{"livepatch: enabling patch 'klp_a'"}, "")
	o.End.Modules = []string{"klp_a"}
	if f := Judge(c, o); len(f.Reasons) != 1 || !strings.HasSuffix(f.Reasons[0], "it needs the header Leaves: klp_a") {
		t.Errorf("%q", f.Reasons)
	}
}

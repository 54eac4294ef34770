// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
)

// kunitStatus is a verdict as kunit_parser.py sees it.
var kunitStatus = map[judge.Verdict]string{
	judge.Pass: "SUCCESS", judge.Fail: "FAILURE", judge.Error: "FAILURE", judge.Skip: "SKIPPED",
	judge.XFail: "SUCCESS", judge.XPass: "SUCCESS",
}

// ktapOutput is the output of the KTAP reporter for a run.
func ktapOutput(t *testing.T, total int, results []judge.Result) string {
	t.Helper()
	var b bytes.Buffer
	k := NewKTAP(&b)
	if err := k.Begin(sampleRun(total)); err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		k.Start(r.Name)
		if err := k.Case(Outcome{Result: r}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(b.String(), "\n") {
			t.Fatalf("the output does not end in a whole line after %q", r.Name)
		}
	}
	if err := k.End(Ending{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestKTAPParses(t *testing.T) {
	got, err := kunitParse(ktapOutput(t, len(samples()), samples()))
	if err != nil {
		t.Fatal(err)
	}
	var want []kunitTest
	for _, r := range samples() {
		test := kunitTest{Name: r.Name, Status: kunitStatus[r.Verdict]}
		for _, s := range r.Subtests {
			test.Parts = append(test.Parts, kunitTest{Name: ktapName(s.Name), Status: kunitStatus[known(s.Verdict)]})
		}
		want = append(want, test)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestKTAPStreams(t *testing.T) {
	var b bytes.Buffer
	k := NewKTAP(&b)
	if err := k.Begin(sampleRun(2)); err != nil {
		t.Fatal(err)
	}
	if err := k.Case(Outcome{Result: judge.Result{Name: "a", Verdict: judge.Pass}}); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(b.String(), "\nok 1 a\n") {
		t.Errorf("a result is not written when it is known: %q", b.String())
	}
}

func TestKTAPCutShort(t *testing.T) {
	got, err := kunitParse(ktapOutput(t, 9, samples()[:6]))
	if err == nil || err.Error() != "missing expected subtest 7 of 9" || len(got) != 6 {
		t.Errorf("a run that was cut short reads as %v, %v", got, err)
	}
}

func TestKTAPNothing(t *testing.T) {
	if got, err := kunitParse(ktapOutput(t, 0, nil)); err != nil || len(got) > 0 {
		t.Errorf("an empty run reads as %v, %v", got, err)
	}
}

// hostileResult has the text in every field that takes text.
func hostileResult(v judge.Verdict, name, reason, rest string) judge.Result {
	return judge.Result{
		Name: name, Title: rest, File: rest, Verdict: v, Expected: rest,
		Reasons: []string{reason, rest}, Advice: rest, Diff: rest, Tail: rest, Log: rest, QEMU: rest,
		Confirmation: hostileConfirmation(rest), Discarded: []judge.Discarded{{Reason: reason, Log: rest}},
	}
}

func hostileConfirmation(text string) judge.Confirmation {
	return judge.Confirmation{Failed: 2, Runs: 3, Unjudged: []string{text}, Otherwise: []string{text}}
}

var ktapForm = regexp.MustCompile(`^(#.*|KTAP version 1|1\.\.2|(not )?ok [12] .*)$`)

// checkKTAP reports a hostile result and one that passes, and checks that both are
// parsed correctly.
func checkKTAP(t *testing.T, r judge.Result) {
	t.Helper()
	out := ktapOutput(t, 2, []judge.Result{r, {Name: "after", Verdict: judge.Pass}})
	got, err := kunitParse(out)
	if err != nil {
		t.Fatalf("%v, in:\n%s", err, out)
	}
	want := []kunitTest{{Name: got[0].Name, Status: kunitStatus[r.Verdict]}, {Name: "after", Status: "SUCCESS"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("(-want +got):\n%s\nin:\n%s", d, out)
	}
	if got[0].Name == "" || strings.Contains(got[0].Name, "#") {
		t.Fatalf("name %q, in:\n%s", got[0].Name, out)
	}
	for line := range strings.Lines(out) {
		if !ktapForm.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Fatalf("line %q has no form of KTAP", line)
		}
	}
}

func TestKTAPHostile(t *testing.T) {
	for v := range kunitStatus {
		for _, s := range hostile {
			checkKTAP(t, hostileResult(v, s, s, s))
			checkKTAP(t, hostileResult(v, "name", s, s))
			checkKTAP(t, hostileResult(v, "name", "", s))
		}
	}
}

func FuzzKTAP(f *testing.F) {
	verdicts := []judge.Verdict{judge.Pass, judge.Fail, judge.Error, judge.Skip, judge.XFail, judge.XPass}
	for i, s := range hostile {
		f.Add(byte(i), "name", s, s)
		f.Add(byte(i+1), s, s, s)
		f.Add(byte(i+2), s, s, s)
	}
	f.Fuzz(func(t *testing.T, v byte, name, reason, rest string) {
		checkKTAP(t, hostileResult(verdicts[int(v)%len(verdicts)], name, reason, rest))
	})
}

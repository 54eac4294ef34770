// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"iter"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/report"
)

func TestRepeat(t *testing.T) {
	a, b := &casefile.Case{Name: "a"}, &casefile.Case{Name: "b", Repeat: 3}
	tests := []struct {
		o    repeatOptions
		want string
	}{
		{repeatOptions{}, "a b b b"},
		{repeatOptions{times: 2}, "a b a b"},
		{repeatOptions{times: 1, untilFail: true}, "a b"},
	}
	for _, test := range tests {
		var names []string
		for _, c := range test.o.of([]*casefile.Case{a, b}) {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%+v: %s, want %s", test.o, got, test.want)
		}
	}
	if n := len(repeatOptions{untilFail: true}.of([]*casefile.Case{a})); n != maxRepeat {
		t.Errorf("%d runs", n)
	}
}

// deaf is a reporter that ignores results.
type deaf struct{ report.Reporter }

func (deaf) Case(report.Outcome) error { return nil }

func TestUntilFailEndsTheRun(t *testing.T) {
	var said bytes.Buffer
	a := &app{streams: streams{err: &said}, noticed: map[string]bool{}}
	for untilFail, want := range map[bool]int{true: 4, false: 5} {
		var d report.Document
		w := work{outcome: func(_ int, res judge.Result) report.Outcome { return report.Outcome{Result: res} }}
		err := a.reportEach(verdictsInTurn(judge.Pass, judge.Error, judge.Skip, judge.Fail, judge.Pass), w, deaf{}, &d, runOptions{repeat: repeatOptions{untilFail: untilFail}})
		if err != nil || len(d.Outcomes) != want {
			t.Errorf("%v: %d results, %v", untilFail, len(d.Outcomes), err)
		}
	}
	if !strings.Contains(said.String(), "run 4 failed: stopping") {
		t.Errorf("%q", said.String())
	}
}

// verdictsInTurn returns a run with those verdicts.
func verdictsInTurn(verdicts ...judge.Verdict) iter.Seq2[judge.Result, error] {
	return func(yield func(judge.Result, error) bool) {
		for _, v := range verdicts {
			if !yield(judge.Result{Verdict: v}, nil) {
				return
			}
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
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
	if (repeatOptions{times: -1}).check() == nil || (repeatOptions{times: maxRepeat + 1}).check() == nil || (repeatOptions{times: maxRepeat}).check() != nil {
		t.Error("the limits are others")
	}
}

// deaf is a reporter that takes all.
type deaf struct{ report.Reporter }

func (deaf) Case(judge.Result) error { return nil }

func TestStopper(t *testing.T) {
	said := ""
	s := &stopper{Reporter: deaf{}, say: func(text string) { said = text }}
	for _, v := range []judge.Verdict{judge.Pass, judge.Error, judge.Skip} {
		if err := s.Case(judge.Result{Verdict: v}); err != nil {
			t.Errorf("%s ends the run: %v", v, err)
		}
	}
	if err := s.Case(judge.Result{Verdict: judge.Fail}); !errors.Is(err, errEnough) || !strings.HasPrefix(said, "run 4 ") {
		t.Errorf("%v, %q", err, said)
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/report"
)

func TestRepeat(t *testing.T) {
	a, b := &cases.Case{Name: "a"}, &cases.Case{Name: "b", Repeat: 3}
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
		for _, c := range test.o.of([]*cases.Case{a, b}) {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%+v: %s, want %s", test.o, got, test.want)
		}
	}
	if n := len(repeatOptions{untilFail: true}.of([]*cases.Case{a})); n != maxRepeat {
		t.Errorf("%d runs", n)
	}
	if (repeatOptions{times: -1}).check() == nil || (repeatOptions{times: maxRepeat + 1}).check() == nil || (repeatOptions{times: maxRepeat}).check() != nil {
		t.Error("the limits are others")
	}
}

// deaf is a reporter that takes all.
type deaf struct{ report.Reporter }

func (deaf) Case(cases.Result) error { return nil }

func TestStopper(t *testing.T) {
	said := ""
	s := &stopper{Reporter: deaf{}, say: func(text string) { said = text }}
	for _, v := range []cases.Verdict{cases.Pass, cases.Error, cases.Skip} {
		if err := s.Case(cases.Result{Verdict: v}); err != nil {
			t.Errorf("%s ends the run: %v", v, err)
		}
	}
	if err := s.Case(cases.Result{Verdict: cases.Fail}); !errors.Is(err, errEnough) || !strings.HasPrefix(said, "run 4 ") {
		t.Errorf("%v, %q", err, said)
	}
}

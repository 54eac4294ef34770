// SPDX-License-Identifier: Apache-2.0

package images

import (
	"errors"
	"fmt"
	"testing"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/blame"
)

func TestBadNotationListsTheNotations(t *testing.T) {
	ps := Providers{
		{Notations: []Notation{{"made:1", "one"}, {"made:1.2.3", "exactly that"}}},
		{Notations: []Notation{{"FILE", "a file"}}},
	}
	const want = `a kernel is one of:
  made:1        one
  made:1.2.3    exactly that
  FILE          a file
klptest kernel list tells what there is`
	err := ps.advise("x", fmt.Errorf("on the way: %w", BadNotation("no such kernel: %s", "x")))
	imagestest.WantUserError(t, err, "no such kernel: x")
	if e, ok := errors.AsType[*blame.Error](err); !ok || e.Advice != want {
		t.Errorf("%+v", e)
	}
	other := errors.New("other")
	if got := ps.advise("x", other); got != other {
		t.Errorf("%v becomes %v", other, got)
	}
}

// A bare version is a distribution's, if one has such versions.
func TestMeantNotation(t *testing.T) {
	ps := Providers{
		{Notations: []Notation{{"FILE", "a file"}}, Match: func(string) (bool, error) { return true, nil }},
		{Notations: []Notation{{"made:1.2", "one"}}, Match: func(spec string) (bool, error) { return spec == "made:1.2", nil }},
	}
	for spec, want := range map[string]string{
		"1.2": "no (did you mean made:1.2?)", "v1.2": "no (did you mean made:1.2?)", "1.3": "no", "x1.2": "no", "made:1.2": "no",
	} {
		if err := ps.advise(spec, BadNotation("no")); err.Error() != want || blame.Of(err) != blame.User {
			t.Errorf("%s: %v", spec, err)
		}
	}
}

// A direct caller of a provider gets a user error, too.
func TestBadNotationIsTheUsers(t *testing.T) {
	if err := BadNotation("no %s", "kernel"); blame.Of(err) != blame.User || err.Error() != "no kernel" {
		t.Errorf("%v is the %v's", err, blame.Of(err))
	}
}

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
	err := ps.advise(fmt.Errorf("on the way: %w", BadNotation("no such kernel: %s", "x")))
	imagestest.WantUserError(t, err, "no such kernel: x")
	if e, ok := errors.AsType[*blame.Error](err); !ok || e.Advice != want {
		t.Errorf("%+v", e)
	}
	other := errors.New("other")
	if got := ps.advise(other); got != other {
		t.Errorf("%v becomes %v", other, got)
	}
}

// Who calls a provider directly gets an error of the user's, too.
func TestBadNotationIsTheUsers(t *testing.T) {
	if err := BadNotation("no %s", "kernel"); blame.Of(err) != blame.User || err.Error() != "no kernel" {
		t.Errorf("%v is the %v's", err, blame.Of(err))
	}
}

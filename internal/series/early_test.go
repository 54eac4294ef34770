// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ending is a lab whose builds end with the context once it has the state.
type ending struct {
	*lab
	at  string
	end func()
}

func (e ending) Build(ctx context.Context) error {
	if e.now == e.at {
		e.end()
		return errBroken // as a make that is killed may say
	}
	return e.lab.Build(ctx)
}

// TestInterruptedIsNoFault: a patch is not blamed for the end of the context.
func TestInterruptedIsNoFault(t *testing.T) {
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	var told []string
	steps, err := Run(ctx, ending{newLab(), "breaks", func() { cancel(stop) }}, []Patch{{Subject: "first"}, {Subject: "breaks"}, {Subject: "mends"}}, func(s Step) { told = append(told, s.Name) })
	if d := cmp.Diff([]string{"base", "first"}, told); d != "" || len(steps) != 2 || !errors.Is(err, stop) {
		t.Errorf("%d steps, %v\n%s", len(steps), err, d)
	}
}

// TestSoFar: the table of a series that has ended early numbers the patches as the series
// does, and each step has a summary as soon as it is done.
func TestSoFar(t *testing.T) {
	steps, err := try(t, "first", "breaks", "mends")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range steps {
		got = append(got, Summary(steps[:i+1]))
	}
	if d := cmp.Diff([]string{"2 passed, 1 failed", "leaves all as it was: 2 passed, 1 failed", "breaks b", "fixes b, c"}, got); d != "" {
		t.Error(d)
	}
	var h, m strings.Builder
	if err := errors.Join(Human(&h, steps[:2], 3), Markdown(&m, steps[:2], 3)); err != nil {
		t.Error(err)
	}
	if !strings.Contains(h.String(), "\n1/3 first: leaves") || !strings.Contains(m.String(), "\n| 1/3 first |") {
		t.Errorf("%s%s", h.String(), m.String())
	}
}

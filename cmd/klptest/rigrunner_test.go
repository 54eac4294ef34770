// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/rig"
)

// TestOnRig: results come one by one, and the run ends with those that are
// wanted.
func TestOnRig(t *testing.T) {
	broken, ran := errors.New("no place"), 0
	run := func(_ context.Context, list []*casefile.Case, ev rig.Events) ([]judge.Result, error) {
		for _, c := range list {
			ran++
			if err := ev.Case(judge.Result{Name: c.Name}); err != nil {
				return nil, err
			}
		}
		return nil, broken
	}
	list := []*casefile.Case{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for res, err := range onRig(run)(t.Context(), list) {
		if err != nil || res.Name == "b" {
			break
		}
	}
	if ran != 2 {
		t.Errorf("%d cases ran", ran)
	}
	var errs []error
	for _, err := range onRig(run)(t.Context(), list) {
		errs = append(errs, err)
	}
	if len(errs) != 4 || errs[2] != nil || errs[3] != broken {
		t.Errorf("%v", errs)
	}
}

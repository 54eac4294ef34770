// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/exit"
)

func TestCasesToRunShuffled(t *testing.T) {
	var notices bytes.Buffer
	a := &app{streams: streams{err: &notices}, noticed: map[string]bool{}}
	byName, err := a.casesToRun(t.Context(), []string{"state-*"}, runOptions{})
	if err != nil || notices.Len() > 0 {
		t.Error(err, notices.String())
	}
	shuffled, err := a.casesToRun(t.Context(), []string{"state-*"}, runOptions{shuffle: 7})
	if err != nil || len(shuffled) != len(byName) || slices.Equal(shuffled, byName) {
		t.Errorf("%v: %d cases of %d, or in the old order", err, len(shuffled), len(byName))
	}
	if !strings.Contains(notices.String(), "--shuffle 7") {
		t.Errorf("the seed is not told: %q", notices.String())
	}
}

func TestCasesToRunIgnoring(t *testing.T) {
	a := &app{streams: streams{err: &bytes.Buffer{}}, noticed: map[string]bool{}}
	list, err := a.casesToRun(t.Context(), []string{"state-add"}, runOptions{ignore: []string{"vendor notice"}})
	if err != nil || len(list) != 1 || !slices.Equal(list[0].Ignores, []string{"vendor notice"}) {
		t.Errorf("%v: %v", err, list)
	}
	if _, err := a.casesToRun(t.Context(), []string{"state-add"}, runOptions{ignore: []string{"a"}}); err == nil || exitStatus(err) != exit.Usage {
		t.Errorf("%v", err)
	}
}

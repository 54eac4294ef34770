// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestCasesToRunShuffled(t *testing.T) {
	var notices bytes.Buffer
	a := &app{streams: streams{err: &notices}, noticed: map[string]bool{}}
	byName, err := a.casesToRun([]string{"state-*"}, runOptions{})
	if err != nil || notices.Len() > 0 {
		t.Error(err, notices.String())
	}
	shuffled, err := a.casesToRun([]string{"state-*"}, runOptions{shuffle: 7})
	if err != nil || len(shuffled) != len(byName) || slices.Equal(shuffled, byName) {
		t.Errorf("%v: %d cases of %d, or in the old order", err, len(shuffled), len(byName))
	}
	if !strings.Contains(notices.String(), "--shuffle 7") {
		t.Errorf("the seed is not told: %q", notices.String())
	}
}

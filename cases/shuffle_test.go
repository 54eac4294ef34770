// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
)

func TestShuffle(t *testing.T) {
	shipped, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(shipped)
	if !slices.Equal(Shuffle(shipped, 0), shipped) {
		t.Error("seed 0 changes the order")
	}
	seven := Shuffle(shipped, 7)
	if !slices.Equal(seven, Shuffle(shipped, 7)) {
		t.Error("a seed gives two orders")
	}
	if slices.Equal(seven, shipped) || slices.Equal(seven, Shuffle(shipped, 8)) {
		t.Error("a seed changes nothing")
	}
	if !slices.Equal(shipped, before) {
		t.Error("the caller's list is not as it was")
	}
	byName := func(a, b *casefile.Case) int { return strings.Compare(a.Name, b.Name) }
	if !slices.Equal(slices.SortedFunc(slices.Values(seven), byName), before) {
		t.Error("a case is lost, or there twice")
	}
}

// TestShuffleOrder: a seed still gives the same order as in earlier versions.
func TestShuffleOrder(t *testing.T) {
	var list []*casefile.Case
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		list = append(list, &casefile.Case{Name: name})
	}
	got := ""
	for _, c := range Shuffle(list, 7) {
		got += c.Name
	}
	if got != "dcaefb" {
		t.Errorf("seed 7: %s", got)
	}
}

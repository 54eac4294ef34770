// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// The kernel would refuse a damaged module, or crash, so klptest builds it
// again.
func TestDamagedModulesAreBuiltAgain(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	var texts []string
	for range 2 {
		list, err := b.Shipped(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		path := list["klp_a"].Path
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
		text[len(text)/2]++
		filetest.Put(t, path, string(text))
	}
	if texts[0] != texts[1] || runs(t, k) != 2 {
		t.Errorf("after %d builds the module is the damaged one: %v", runs(t, k), texts[0] != texts[1])
	}
}

// Nothing is built against damaged headers that cannot be repaired.
func TestHeadersThatCannotBeMended(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	boom := errors.New("no network")
	k.Mend = func(context.Context) error { return boom }
	if _, err := b.Shipped(t.Context(), k); !errors.Is(err, boom) || runs(t, k) != 0 {
		t.Errorf("%v, %d builds", err, runs(t, k))
	}
}

// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// The kernel would refuse a damaged module, or crash: klptest builds it again.
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

// What make keeps between runs is built again as a whole: make goes by times.
func TestDamagedLiveBuildStartsAfresh(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	k.Live = true
	var dir string
	for _, damage := range []string{"", "klp_a.ko", "klp_a.c"} {
		if damage != "" {
			filetest.Put(t, filepath.Join(dir, damage), "damaged")
			filetest.Put(t, filepath.Join(dir, "witness"), "")
		}
		if _, err := b.Shipped(t.Context(), k); err != nil {
			t.Fatal(err)
		}
		dirs, err := filepath.Glob(filepath.Join(b.Cache.Root(), "kmods-live", "*"))
		if err != nil || len(dirs) != 1 {
			t.Fatal(dirs, err)
		}
		if dir = dirs[0]; damage != "" {
			if _, err := os.Stat(filepath.Join(dir, "witness")); err == nil {
				t.Errorf("%s: what was built stays", damage)
			}
		}
	}
}

// Nothing is built against headers that are damaged and stay so.
func TestHeadersThatCannotBeMended(t *testing.T) {
	b, k := newBuilder(t, "good"), newKernel(t, "6.12.1")
	boom := errors.New("no network")
	k.Mend = func(context.Context) error { return boom }
	if _, err := b.Shipped(t.Context(), k); !errors.Is(err, boom) || runs(t, k) != 0 {
		t.Errorf("%v, %d builds", err, runs(t, k))
	}
}

// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"testing"

	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/kmods"
)

// TestSharedSourcesAreBuiltOnce: tests with the same sources share their modules,
// even for a build tree, for which the cache has no key.
func TestSharedSourcesAreBuiltOnce(t *testing.T) {
	builds := 0
	b := &kmods.Builder{Cache: cachetest.New(t), Trust: true, Notice: func(string) { builds++ }}
	m := &modules{builder: b, target: kmods.Target{KDir: t.TempDir(), Release: "6.12.0", Live: true}, own: map[string]*ownModules{}}
	own := []kmods.Source{{Name: "test_klp_a.c"}}
	m.ownOf(own).built = map[string]kmods.Module{"test_klp_a": {Name: "test_klp_a"}}
	got, err := m.foreign(t.Context(), own)
	if err != nil || got["test_klp_a"].Name == "" || builds != 0 {
		t.Errorf("%v, %v, %d builds", got, err, builds)
	}
	for range 2 { // a failure is not cached
		if _, err := m.foreign(t.Context(), []kmods.Source{{Name: "test_klp_a.c", Data: []byte("x")}}); err == nil {
			t.Error("another text is taken for the same") // no kernel to build it against
		}
	}
}

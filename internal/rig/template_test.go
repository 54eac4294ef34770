// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"errors"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// A guest that cannot be made concerns its shape only: no case of another shape may
// get that verdict.
func TestTemplateThatFailsConcernsItsShapeOnly(t *testing.T) {
	c, err := cache.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	modules := &modules{key: func() (string, error) { return "none", nil }}
	r := &Rig{cache: c, modules: modules, kernel: &images.Kernel{Key: "key"}, o: Options{QEMU: "/does/not/exist"}}
	list := newTemplates(r, "key")
	panics := &blame.Error{Party: blame.Kernel, Summary: "panic at boot"}
	small, usual := shape{1, 128}, shape{1, 512}
	list.broken[small] = panics
	if _, err := list.get(t.Context(), small); !errors.Is(err, panics) {
		t.Errorf("the broken shape: %v", err)
	}
	_, first := list.get(t.Context(), usual)
	if first == nil || errors.Is(first, panics) {
		t.Fatalf("the other shape: %v, want an error of its own", first)
	}
	if _, again := list.get(t.Context(), usual); again != first {
		t.Errorf("tried again: %v", again)
	}
}

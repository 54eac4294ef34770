// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// recipe is how a view is built. It is stored in the view.
type recipe struct {
	Source    string
	Fragments []kconfig.Fragment
	Counted   []string `json:",omitempty"` // see Builder
}

const recipeFile = ".klptest.json"

// id names the view: each recipe has its own objects.
func (r recipe) id() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q\n", r.Source)
	for _, p := range r.Fragments {
		fmt.Fprintf(h, "%q\n", p.Text)
	}
	for _, files := range r.Counted {
		fmt.Fprintf(h, "counted %q\n", files)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

func (r recipe) write(dir string) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return blame.Join(rewrite(filepath.Join(dir, recipeFile), data), cache.Describe(dir, "of "+r.Source))
}

// recipeOf returns how a build directory was made, if klptest has made it.
func recipeOf(build string) (recipe, bool) {
	data, err := os.ReadFile(filepath.Join(filepath.Dir(build), recipeFile))
	var r recipe
	if err != nil || filepath.Base(build) != buildDir || json.Unmarshal(data, &r) != nil || r.Source == "" {
		return recipe{}, false
	}
	return r, true
}

// Find returns the builder of a directory that is a kernel's source or that
// [Builder.Build] has returned for this cache. For any other directory ok is false, such
// as for a variant, whose sources are not known, and for a build in another cache: the
// builder would build the kernel again in this one.
func Find(c *cache.Cache, dir string) (b Builder, ok bool) {
	if r, made := recipeOf(dir); made && same(filepath.Dir(dir), filepath.Join(c.Root(), builtKind, r.id())) {
		return Builder{Cache: c, Source: r.Source, Counted: r.Counted, parts: r.Fragments}, true
	}
	return Builder{Cache: c, Source: dir}, isSource(dir)
}

// same reports whether two paths lead to the same directory.
func same(a, b string) bool {
	one, errOne := os.Stat(a)
	other, errOther := os.Stat(b)
	return errOne == nil && errOther == nil && os.SameFile(one, other)
}

// SourceOf returns the source that a build directory was made from, if this
// package made it. The directory has links that lead there.
func SourceOf(build string) (source string, ok bool) {
	r, ok := recipeOf(build)
	return r.Source, ok
}

// CountedIn returns the files whose lines the kernel in a build directory counts,
// as patterns. For a kernel built by others, only kernel/livepatch is known.
func CountedIn(build string) []string {
	r, _ := recipeOf(build)
	return append([]string{livepatchFiles}, r.Counted...)
}

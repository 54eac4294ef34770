// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"os"
	"path/filepath"
	"testing"
)

func TestRecipe(t *testing.T) {
	w := open(t, testBuilder(t, newSource(t, "6.12"), fakeKernel))
	r, made := recipeOf(w.view.build())
	if !made || r.Source != w.view.source || r.id() != filepath.Base(w.view.dir) {
		t.Errorf("recipe is %v, %v", r, made)
	}
	if source, ok := SourceOf(w.view.build()); !ok || source != w.view.source {
		t.Errorf("source is %q", source)
	}
	for _, dir := range []string{w.view.source, filepath.Join(w.view.dir, "kernel")} {
		if _, ok := SourceOf(dir); ok {
			t.Errorf("%s has a recipe", dir)
		}
	}
}

func TestFind(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel)
	b.Kind.Debug = true
	built, err := b.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w, err := b.open(t.Context(), "-series")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	elsewhere := filepath.Join(t.TempDir(), builtKind)
	if err := os.CopyFS(filepath.Join(elsewhere, filepath.Base(filepath.Dir(built))), os.DirFS(filepath.Dir(built))); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		dir  string
		want bool
	}{
		"elsewhere":  {filepath.Join(elsewhere, filepath.Base(filepath.Dir(built)), buildDir), false},
		"source":     {b.Source, true},
		"build":      {built, true},
		"variant":    {w.view.build(), false},
		"no kernel":  {t.TempDir(), false},
		"configured": {withFile(t, newSource(t, "6.12"), ".config"), false},
	} {
		found, ok := Find(b.Cache, test.dir)
		if ok != test.want {
			t.Errorf("%s: %v, %v", name, found, ok)
		}
		if !ok {
			continue
		}
		found.path = b.path
		if dir, err := found.Build(t.Context()); err != nil || (dir == built) != (name == "build") {
			t.Errorf("%s: built in %s, %v", name, dir, err) // without debug.config elsewhere
		}
	}
}

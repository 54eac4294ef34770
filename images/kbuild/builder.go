// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/llvm"
)

// Builder builds the kernel of a source tree.
type Builder struct {
	Cache     *cache.Cache
	Source    string   // top directory of the tree
	Fragments []string // files with options, over kconfig.Base
	Kind      kconfig.Kind
	Options   []kconfig.Fragment // further options, over those of the files
	Counted   []string           // further files whose lines a kernel with gcov counts, as patterns such as kernel/module/*.c
	Progress  func(Progress)     // may be nil

	parts []kconfig.Fragment // instead of those files, for a kernel that has been built before
	path  string             // instead of the PATH, for tests
}

// Build builds what has changed since the last build, and returns the build directory.
// It waits while another process builds the same kernel. If the source does not build,
// the error is an [ErrBroken].
func (b Builder) Build(ctx context.Context) (dir string, err error) {
	w, err := b.open(ctx, "")
	if err != nil {
		return "", err
	}
	defer w.Close()
	return w.Build(ctx)
}

// builtKind is the cache directory with the views.
const builtKind = "kernels-built"

// open locks the view of a purpose and makes it look like the source.
func (b Builder) open(ctx context.Context, purpose string) (*Workshop, error) {
	p, err := b.plan()
	if err != nil {
		return nil, err
	}
	dir, unlock, err := b.Cache.Hold(ctx, builtKind, p.recipe.id()+purpose)
	if err != nil {
		return nil, err
	}
	b.Cache.Mark(p.recipe.Source) // it may be a work tree in the cache
	v := view{dir: dir, source: p.recipe.Source}
	w := &Workshop{view: v, recipe: p.recipe, want: p.want, counted: p.files, make: newMaker(v, p.args, b.path), progress: b.Progress, tell: b.Cache.Tell, unlock: unlock}
	if err := w.begin(); err != nil {
		unlock()
		return nil, err
	}
	return w, nil
}

// sourceDir returns the canonical path of the source.
func (b Builder) sourceDir() (string, error) {
	if b.Source == "" { // not the working directory
		return "", blame.AdviseUserf(nameSource, `there is no directory ""`)
	}
	source, err := filepath.EvalSymlinks(b.Source)
	if err == nil {
		source, err = filepath.Abs(source)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", blame.AdviseUserf(nameSource, "there is no directory %s", b.Source)
	case err != nil:
		return "", blame.Unreadable(b.Source, err)
	}
	return source, checkSource(source)
}

func (b Builder) fragments() ([]kconfig.Fragment, error) {
	if len(b.parts) > 0 {
		return b.parts, nil
	}
	files, err := kconfig.Fragments(b.Kind, b.Fragments)
	return append(files, b.Options...), err
}

// toolchain returns make's arguments for the compiler. It refuses if tools for such a
// kernel are missing.
func (b Builder) toolchain(want kconfig.Settings) (args []string, err error) {
	if b.path == "" {
		if err := refuseWithoutTools(MissingTools(want.Wants)); err != nil {
			return nil, err
		}
	}
	if !want.Wants("CC_IS_CLANG") {
		return nil, nil
	}
	tools, ok := llvm.Newest()
	if !ok {
		return nil, blame.AdviseUserf(depends.Install("clang", "lld", "llvm"), "clang cannot build a kernel here: there is no complete LLVM")
	}
	return tools.MakeArgs(), nil
}

// Workshop opens the workshop for a purpose, which is one plain word. It builds the
// source itself first if necessary.
func (b Builder) Workshop(ctx context.Context, purpose string) (*Workshop, error) {
	w, err := b.open(ctx, "-"+purpose)
	if err != nil {
		return nil, err
	}
	if exists(w.view.build(), "vmlinux") {
		return w, nil
	}
	if err := b.seed(ctx, w); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// seed builds the source itself and copies the build.
func (b Builder) seed(ctx context.Context, w *Workshop) error {
	original, err := b.open(ctx, "")
	if err != nil {
		return err
	}
	defer original.Close()
	if _, err := original.Build(ctx); err != nil {
		return err
	}
	return blame.Join(copyBuild(ctx, original.view, w.view), w.view.reset())
}

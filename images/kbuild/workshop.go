// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/steady"
)

// Workshop builds variants of a source, in a copy of the source's own build. It
// is locked until Close.
type Workshop struct {
	view     view
	recipe   recipe
	counted  []string // files whose lines are counted, as patterns
	want     kconfig.Settings
	make     maker
	progress func(Progress)
	tell     func(line string)
	unlock   func()
}

// begin makes the view look like the source.
func (w *Workshop) begin() error {
	return blame.Join(w.recipe.write(w.view.dir), w.view.tidy(), w.view.reset())
}

// Close unlocks the workshop.
func (w *Workshop) Close() { w.unlock() }

// Dir returns the tree that is built. Files that were passed to Own may be
// written there.
func (w *Workshop) Dir() string { return w.view.dir }

// Reset undoes all changes.
func (w *Workshop) Reset() error { return w.view.reset() }

// Own allows files of the tree to be written, removed or created without
// touching the source. Their names are relative to Dir.
func (w *Workshop) Own(names ...string) error {
	for _, name := range names {
		if err := w.view.own(name); err != nil {
			return err
		}
	}
	return nil
}

// Build builds the tree as it is now, and returns the build directory.
func (w *Workshop) Build(ctx context.Context) (dir string, err error) {
	dir = w.view.build()
	if err := blame.Join(clearUnfinished(dir), clearDamaged(dir, w.tell), checkStamps(dir), os.MkdirAll(dir, 0o700)); err != nil {
		return dir, err
	}
	now, err := w.current()
	if err != nil {
		return dir, err
	}
	if !stamped(dir, configured, now.options) || !stamped(dir, built, now.all) {
		w.announce()
	}
	err = once(dir, configured, now.options, func() error { return w.configure(ctx) })
	if err != nil {
		return dir, err
	}
	err = once(dir, built, now.all, func() error { return w.make.kernel(ctx, w.progress) })
	if err != nil {
		return dir, err
	}
	return dir, checkCounted(dir, w.counted)
}

// announce reports that make is going to run, and why. The first step that can be counted
// comes only after the configuration, which takes a while.
func (w *Workshop) announce() {
	why := "the cache has no build of it with these options"
	if exists(w.view.build(), "vmlinux") {
		why = "it has changed since the last build"
	}
	if w.progress != nil {
		w.progress(Progress{Begins: fmt.Sprintf("building the kernel of %s: %s", w.view.source, why)})
	}
}

// once does the work, guarded, unless the stamp says that it was done for that
// state.
func once(dir, stamp, state string, work func() error) error {
	if stamped(dir, stamp, state) {
		return nil
	}
	if err := blame.Join(os.RemoveAll(filepath.Join(dir, stamp)), guard(dir, work)); err != nil {
		return err
	}
	return setStamp(dir, stamp, state)
}

// configure writes the .config until a run confirms the previous one: Kconfig
// tries the compiler as Kbuild does.
func (w *Workshop) configure(ctx context.Context) error {
	path := filepath.Join(w.view.build(), ".config")
	written := func() (string, error) {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return string(text), err
	}
	if err := steady.Run(written, func() error { return w.writeConfig(ctx, path) }); err != nil {
		return err
	}
	config, err := dotconfig.Read(path)
	if err != nil {
		return err
	}
	return w.want.Check(config, w.view.source)
}

func (w *Workshop) writeConfig(ctx context.Context, path string) error {
	if err := w.make.config(ctx, "tinyconfig"); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(kconfig.Join(w.recipe.Fragments))
	if err := blame.Join(err, f.Close()); err != nil {
		return err
	}
	return w.make.config(ctx, "olddefconfig")
}

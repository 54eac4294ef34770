// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// state is the state of a tree: hashes of the names and versions of all files, and of only
// those that decide what can be configured.
type state struct{ all, options string }

// survey returns the state of the source and the view's own files, and lists the source's
// files. It takes half a second; make would take several to find that there is nothing to
// do.
func (v view) survey() (state, []file, error) {
	l := lister{trees: []string{v.source, v.dir}, seen: map[string]bool{}}
	if err := l.walk(v.source, "."); err != nil {
		return state{}, nil, err
	}
	source := l.files
	l.files = nil
	err := l.walk(v.dir, ".")
	return stateOf(source, l.files), source, err
}

func stateOf(trees ...[]file) state {
	all, options := sha256.New(), sha256.New()
	for n, files := range trees {
		fmt.Fprintf(all, "tree %d\n", n)
		for _, f := range files {
			line := fmt.Appendf(f.line(), "%o\n", f.mode)
			all.Write(line)
			if kconfig.IsFile(filepath.Base(f.path)) || within(f.path, "scripts/kconfig") {
				options.Write(line)
			}
		}
	}
	return state{fmt.Sprintf("%x", all.Sum(nil)), fmt.Sprintf("%x", options.Sum(nil))}
}

// The stamps in a build directory: the state of the tree that was configured, that of
// the tree that was built, and a mark that exists while make runs.
const (
	configured = ".klptest.configured"
	built      = ".klptest.built"
	unfinished = ".klptest.unfinished"
)

func stamped(dir, name, state string) bool {
	text, err := os.ReadFile(filepath.Join(dir, name))
	return err == nil && string(text) == state
}

func setStamp(dir, name, state string) error {
	return os.WriteFile(filepath.Join(dir, name), []byte(state), 0o600)
}

// guard marks the directory during work, and then seals it. The mark stays if make was
// killed: it may have left half-written files, which the next make would take for whole
// ones.
func guard(dir string, work func() error) error {
	mark := filepath.Join(dir, unfinished)
	if err := blame.Join(cache.Unseal(dir), os.WriteFile(mark, nil, 0o600)); err != nil {
		return err
	}
	err := work()
	if errors.Is(err, errKilled) {
		return err
	}
	return blame.Join(err, cache.Seal(dir), markSources(dir), os.Remove(mark))
}

// clearDamaged removes a build that is not as make left it. The next make would not
// notice.
func clearDamaged(dir string, tell func(string)) error {
	damage := cache.Check(dir)
	if damage == nil || errors.Is(damage, cache.ErrUnsealed) { // nothing was built, or make was killed
		return nil
	}
	tell(fmt.Sprintf("%s is damaged (%v): building all of it again", dir, damage))
	return discard(dir)
}

// clearUnfinished removes what a killed make has made, but not the list of its sources. It
// also removes the stamps: make may have written the .config again, which is then removed.
func clearUnfinished(dir string) error {
	mark, err := os.Stat(filepath.Join(dir, unfinished))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == sourcesFile {
			return err
		}
		info, err := d.Info()
		if err == nil && !info.ModTime().Before(mark.ModTime()) {
			err = os.Remove(path)
		}
		return err
	})
	return blame.Join(err, clearStamps(dir), os.RemoveAll(filepath.Join(dir, unfinished)))
}

func clearStamps(dir string) error {
	return blame.Join(os.RemoveAll(filepath.Join(dir, configured)), os.RemoveAll(filepath.Join(dir, built)))
}

// checkStamps removes the stamps of a directory that has lost its .config.
func checkStamps(dir string) error {
	if exists(dir, ".config") {
		return nil
	}
	return clearStamps(dir)
}

// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/klprela"
	"github.com/klptest/klptest/internal/printable"
)

// collect copies the modules from one directory to another. It adds the
// relocations that livepatch applies, and signs the modules if the kernel requires
// it.
func (b build) collect(ctx context.Context, from, to string) error {
	s, err := signerOf(b.target)
	if err != nil {
		return err
	}
	for _, name := range modules(b.files) {
		data, err := b.finished(from, name)
		if err != nil {
			return err
		}
		path := filepath.Join(to, name+".ko")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
		if err := s.sign(ctx, path); err != nil {
			return err
		}
	}
	return cache.Describe(to, b.about())
}

// finished returns a module with the relocations that livepatch applies.
func (b build) finished(from, name string) ([]byte, error) {
	data, err := product(from, name)
	if err != nil {
		return nil, err
	}
	if data, err = klprela.Rewrite(data); err != nil && b.foreign {
		return nil, blame.Userf("%s.ko: %w", name, err)
	}
	return data, err
}

// about describes in a few words what is built.
func (b build) about() string {
	list := modules(b.files)
	what := printable.Count(len(list), "module", "modules")
	if len(list) == 1 {
		what = list[0]
	}
	return what + " for " + b.target.Release
}

// product reads a module that make left in dir.
func product(dir, name string) ([]byte, error) { return regular(filepath.Join(dir, name+".ko")) }

// regular reads a file that a stranger's build has left.
func regular(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf("it is a %v: %w", info.Mode().Type(), fs.ErrInvalid)
	case info.Size() > maxModule:
		return nil, blame.Userf("%s has %d bytes; at most %d can be sent to a guest", filepath.Base(path), info.Size(), maxModule)
	}
	if err != nil {
		return nil, &blame.Error{Summary: "the build succeeded, but did not build " + filepath.Base(path), Err: err}
	}
	return os.ReadFile(path)
}

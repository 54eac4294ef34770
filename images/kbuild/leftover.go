// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/internal/blame"
)

// The directories of a view that are left over when klptest is killed: a build directory
// that is being copied, and one that is being removed. A view has no link of such a name.
const (
	copyDir  = ".klptest.copy"
	trashDir = ".klptest.trash"
)

// tidy removes what is left over.
func (v view) tidy() error {
	return blame.Join(os.RemoveAll(filepath.Join(v.dir, copyDir)), os.RemoveAll(filepath.Join(v.dir, trashDir)))
}

// discard removes a build directory, if there is one. It renames it first: if klptest is
// killed meanwhile, what is left would be taken for a whole one.
func discard(dir string) error {
	trash := filepath.Join(filepath.Dir(dir), trashDir)
	if err := os.RemoveAll(trash); err != nil {
		return err
	}
	if err := os.Rename(dir, trash); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return os.RemoveAll(trash)
}

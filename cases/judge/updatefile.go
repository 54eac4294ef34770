// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"os"
	"path/filepath"

	"github.com/klptest/klptest/cases/casefile"
)

// UpdateFile applies Update to the case's file, which is replaced as a whole.
func UpdateFile(c *casefile.Case, o Observation) error {
	old, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	data, err := Update(old, c, o)
	if err != nil {
		return err
	}
	return replaceFile(c.File, data)
}

// replaceFile replaces a file as a whole or not at all. A link is kept, and
// points to the new file.
func replaceFile(path string, data []byte) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".klptest-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(info.Mode().Perm()); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
)

// update rewrites the files of the cases that did not pass by what happened.
func (a *app) update(list []*casefile.Case, results []judge.Result) error {
	var errs []error
	for i, res := range results {
		if res.Verdict != judge.Fail {
			continue
		}
		if err := a.updateFile(list[i], res); err != nil {
			errs = append(errs, err)
			continue
		}
		a.notice("updated " + list[i].File)
	}
	return blame.Join(errs...)
}

func (a *app) updateFile(c *casefile.Case, res judge.Result) error {
	old, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	data, err := judge.Update(old, c, res.Observation)
	if err != nil {
		return err
	}
	return replaceFile(c.File, data)
}

// replaceFile puts a new file in the place of an old one, whole or not at all.
// A link stays one, to the new file.
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

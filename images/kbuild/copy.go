// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/supervise"
)

// copyLimit allows for some gigabytes on a slow disk.
const copyLimit = 20 * time.Minute

// copyBuild replaces a view's build directory by a copy of another view's. The copy gets its
// name when it is whole and sealed: what a killed copy leaves must not be taken for a build.
func copyBuild(ctx context.Context, from, to view) error {
	part := filepath.Join(to.dir, copyDir)
	err := fillCopy(ctx, from, to, part)
	if err == nil {
		err = discard(to.build())
	}
	if err == nil {
		err = os.Rename(part, to.build())
	}
	if err != nil {
		os.RemoveAll(part)
	}
	return err
}

// fillCopy copies from's build directory to a new directory that is to be the other view's.
// It keeps times, so that make finds nothing to do. Kbuild names files by relative paths,
// except in the .cmd files below tools/. Their absolute paths would cause everything there
// to be rebuilt, and a rebuilt objtool causes everything else to be rebuilt.
func fillCopy(ctx context.Context, from, to view, part string) error {
	if err := blame.Join(os.RemoveAll(part), copyTree(ctx, from.build(), part)); err != nil {
		return err
	}
	tools := filepath.Join(part, "tools")
	if _, err := os.Stat(tools); err == nil { // few configurations need none
		if err := renameIn(tools, from.dir, to.dir); err != nil {
			return err
		}
	}
	return cache.Seal(part)
}

func copyTree(ctx context.Context, from, to string) error {
	said := &blame.Tail{}
	end, err := supervise.Run(ctx, supervise.Job{
		Argv:   []string{"cp", "-a", "--reflink=auto", from, to},
		Env:    []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")},
		Output: said,
		Limit:  copyLimit,
	})
	if err == nil && end.Err() != nil {
		err = &blame.Error{Summary: "cannot copy what was built", Tail: said.String(), Err: end.Err()}
	}
	return err
}

// renameIn replaces a path in the .cmd files of a directory.
func renameIn(dir, from, to string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(path, ".cmd") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte(from+"/"), []byte(to+"/"))
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return err
		}
		return os.Chtimes(path, info.ModTime(), info.ModTime())
	})
}

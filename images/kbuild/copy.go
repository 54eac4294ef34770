// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/supervise"
)

// copyLimit allows for some gigabytes on a slow disk.
const copyLimit = 20 * time.Minute

// copyBuild copies one view's build directory to another. It keeps times, so that
// make finds nothing to do. Kbuild names files by relative paths, except in the
// .cmd files below tools/. Their absolute paths would cause everything there to be
// rebuilt, and a rebuilt objtool causes everything else to be rebuilt.
func copyBuild(ctx context.Context, from, to view) error {
	if err := os.RemoveAll(to.build()); err != nil {
		return err
	}
	said := &blame.Tail{}
	end, err := supervise.Run(ctx, supervise.Job{
		Argv:   []string{"cp", "-a", "--reflink=auto", from.build(), to.build()},
		Env:    []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")},
		Output: said,
		Limit:  copyLimit,
	})
	if err == nil && end.Err() != nil {
		err = &blame.Error{Summary: "cannot copy what was built", Tail: said.String(), Err: end.Err()}
	}
	if err != nil {
		os.RemoveAll(to.build())
		return err
	}
	tools := filepath.Join(to.build(), "tools")
	if _, err := os.Stat(tools); errors.Is(err, fs.ErrNotExist) {
		return nil // the configuration needs none
	}
	return renameIn(tools, from.dir, to.dir)
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

// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// copyBuild makes the build directory of one view out of another's. Times are
// kept, so that make finds nothing to do. Kbuild names files relatively; what
// is below tools/ names them by absolute paths in its .cmd files, and would be
// made again, and after objtool everything.
func copyBuild(ctx context.Context, from, to view) error {
	if err := os.RemoveAll(to.build()); err != nil {
		return err
	}
	cp := command{Name: "cp", Args: []string{"-a", "--reflink=auto", from.build(), to.build()}}
	if err := cp.run(ctx); err != nil {
		os.RemoveAll(to.build())
		return err
	}
	return renameIn(filepath.Join(to.build(), "tools"), from.dir, to.dir)
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

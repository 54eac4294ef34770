// SPDX-License-Identifier: Apache-2.0

package imagestest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// Path makes shell scripts the only programs on PATH, besides a few of the
// system's that the scripts use, and returns their directory.
func Path(t testing.TB, scripts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"cat", "cp", "sleep", "xz"} {
		for _, from := range []string{"/usr/bin/", "/bin/"} {
			if _, err := os.Stat(from + name); err == nil {
				_ = os.Symlink(from+name, filepath.Join(dir, name))
			}
		}
	}
	for name, text := range scripts {
		filetest.Put(t, filepath.Join(dir, name), "#!/bin/sh\n"+text)
	}
	t.Setenv("PATH", dir)
	return dir
}

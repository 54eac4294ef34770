// SPDX-License-Identifier: Apache-2.0

package filetest

import (
	"os"
	"path/filepath"
	"testing"
)

// Put writes an executable file, and makes the directories that it is in.
func Put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

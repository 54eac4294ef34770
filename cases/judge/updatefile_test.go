// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// --update LINK writes to the file that the link points to.
func TestReplaceFileFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "cases", "a.txtar"), filepath.Join(dir, "link")
	filetest.Put(t, file, "old")
	if err := os.Symlink("cases/a.txtar", link); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(link); err != nil || to != "cases/a.txtar" {
		t.Errorf("the link is %q, %v", to, err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "new" {
		t.Errorf("the file is %q, %v", text, err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package blame

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestUnreadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	_, err := os.Open(path)
	err = Unreadable(path, err)
	if want := "cannot read " + path + ": no such file or directory"; err.Error() != want || Of(err) != User || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, want %s", err, want)
	}
	if err := Unreadable("", fs.ErrNotExist); err.Error() != `cannot read "": file does not exist` {
		t.Error(err)
	}
	if err := Unreadable("x", errDisk); err.Error() != "cannot read x: disk full" {
		t.Error(err)
	}
}

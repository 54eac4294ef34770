// SPDX-License-Identifier: Apache-2.0

package results

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/filetest"
)

// TestAttackConsoles: a console that an untrusted directory has under many names is copied
// once, and a pipe is not copied.
func TestAttackConsoles(t *testing.T) {
	dir := t.TempDir()
	d := document("r", day)
	for i := range 20 {
		name := fmt.Sprint("case-", i)
		d.Tests = append(d.Tests, name)
		one := document("r", day, name+"=FAIL").Outcomes[0]
		one.Folder = name
		d.Outcomes = append(d.Outcomes, one)
	}
	must(t, os.Mkdir(filepath.Join(dir, "real"), 0o700))
	filetest.Put(t, filepath.Join(dir, "real", consoleFile), "a console")
	for i, o := range d.Outcomes {
		at := filepath.Join(dir, o.Folder)
		switch i % 3 {
		case 0:
			must(t, os.Symlink("real", at))
		case 1:
			must(t, os.Mkdir(at, 0o700))
			must(t, os.Link(filepath.Join(dir, "real", consoleFile), filepath.Join(at, consoleFile)))
		case 2:
			must(t, os.Mkdir(at, 0o700))
			must(t, unix.Mkfifo(filepath.Join(at, consoleFile), 0o600))
		}
	}
	root, err := os.OpenRoot(dir)
	must(t, err)
	defer root.Close()
	for i := range d.Outcomes {
		d.Outcomes[i].Files = root.FS()
	}
	to := filepath.Join(t.TempDir(), "new")
	out := create(t, to)
	must(t, out.Add(d))
	must(t, out.Close())
	found, err := filepath.Glob(filepath.Join(to, failedDir, "*", "*", consoleFile))
	if err != nil || len(found) != 1 {
		t.Errorf("%d copies, %v", len(found), err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package rootfstest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

// Put writes a file of the guest.
func Put(t testing.TB, root rootfs.Tree, name, text string) {
	t.Helper()
	path := root.Path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Busybox makes a guest's /bin/busybox of the host's shell.
func Busybox(t testing.TB, root rootfs.Tree) {
	t.Helper()
	Put(t, root, guest.Busybox, "#!/bin/sh\nshift\nexec /bin/sh \"$@\"\n")
	Put(t, root, "/bin/sh", "")
	if err := os.Chmod(root.Path(guest.Busybox), 0o755); err != nil {
		t.Fatal(err)
	}
}

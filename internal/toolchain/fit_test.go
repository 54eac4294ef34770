// SPDX-License-Identifier: Apache-2.0

package toolchain

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

func TestHostFits(t *testing.T) {
	dir, bin := t.TempDir(), t.TempDir()
	filetest.Put(t, filepath.Join(bin, "gcc-12"), "#!/bin/sh\n")
	ls, err := os.ReadFile("/bin/ls") // it needs some version of glibc
	if err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, filepath.Join(dir, "modpost"), string(ls))
	t.Setenv("PATH", bin)
	needed := NeededGlibc(dir)
	for libc, want := range map[string]bool{"glibc 2.99": true, "glibc " + needed: true, "glibc 2.0": false, "musl": false} {
		filetest.Put(t, filepath.Join(bin, "getconf"), "#!/bin/sh\necho "+libc+"\n")
		if got := HostFits(t.Context(), "gcc-12", needed); got != want {
			t.Errorf("%s for %q: %t", libc, needed, got)
		}
	}
	if needed := NeededGlibc(bin); needed != "" || !HasGlibc(t.Context(), needed) {
		t.Errorf("scripts need glibc %q", needed)
	}
	filetest.Put(t, filepath.Join(bin, "getconf"), "#!/bin/sh\necho glibc 2.99\n")
	if HostFits(t.Context(), "gcc-14", needed) {
		t.Error("there is no gcc-14")
	}
}

func TestVersions(t *testing.T) {
	for _, c := range []struct {
		have, want string
		fits       bool
	}{
		{"2.36", "2.36", true}, {"2.36", "2.4", true}, {"2.36", "2.38", false}, {"2.38", "2.38.1", false}, {"3.0", "2.38", true}, {"x", "2.2", false}, {"2.2", "", true},
	} {
		if got := atLeast(parseVersion(c.have), parseVersion(c.want)); got != c.fits {
			t.Errorf("%s for %s: %t", c.have, c.want, got)
		}
	}
}

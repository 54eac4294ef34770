// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/supervise"
)

// realCompiler returns a builder with the host's compiler, in the sandbox.
func realCompiler(t *testing.T) *Builder {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no gcc")
	}
	if _, err := os.Stat(libcHeader); err != nil {
		t.Skip("no headers of the C library")
	}
	if supervise.LandlockABI() < 1 {
		t.Skip("no Landlock")
	}
	return &Builder{Cache: cachetest.New(t)}
}

func TestPrograms(t *testing.T) {
	b := realCompiler(t)
	files := []Source{{"say-it.c", []byte("#include <stdio.h>\nint main(void) { puts(\"said\"); return 0; }\n")}}
	built, err := b.Programs(t.Context(), files)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	data, err := os.ReadFile(built["say-it"])
	if err == nil {
		err = os.WriteFile(copied, data, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(copied).Output(); string(out) != "said\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	b.cc = "gcc" // is looked up as before
	again, err := b.Programs(t.Context(), files)
	if err != nil || again["say-it"] != built["say-it"] {
		t.Errorf("again: %v, %v", again, err)
	}
}

// The sandbox keeps a program's C from reading files of the host.
func TestProgramsAreConfined(t *testing.T) {
	b := realCompiler(t)
	secret := filepath.Join(t.TempDir(), "secret.h")
	write(t, secret, "int secret;\n")
	_, err := b.Programs(t.Context(), []Source{{"x.c", []byte("#include \"" + secret + "\"\nint main(void) { return 0; }\n")}})
	if blame.Of(err) != blame.User || !strings.Contains(err.Error(), "x.c does not compile") {
		t.Errorf("%v", err)
	}
	b.Trust = true
	if _, err := b.Programs(t.Context(), []Source{{"x.c", []byte("#include \"" + secret + "\"\nint main(void) { return 0; }\n")}}); err != nil {
		t.Errorf("without the sandbox: %v", err)
	}
}

func TestProgramNames(t *testing.T) {
	for _, name := range []string{"-o.c", "../x.c", "a b.c", ".c", "x.h"} {
		if _, err := realCompiler(t).Programs(t.Context(), []Source{{name, nil}}); blame.Of(err) != blame.User || !strings.Contains(err.Error(), "bad file name") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

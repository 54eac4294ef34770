// SPDX-License-Identifier: Apache-2.0

package toolchain

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// The tests' "programs" are scripts, and their dynamic linker prints how it was called.
const linker = `#!/bin/sh
echo "linker $*"
`

// made returns an unpacked toolchain.
func made(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "first")
	filetest.Put(t, filepath.Join(dir, "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"), linker)
	filetest.Put(t, filepath.Join(dir, "usr/libexec/gcc/x86_64-linux-gnu/14/cc1"), "")
	for _, name := range []string{"x86_64-linux-gnu-gcc-14", "as", "ld"} {
		filetest.Put(t, filepath.Join(dir, "usr/bin", name), "")
	}
	if err := Complete(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func run(t *testing.T, env []string, argv ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Env = append(env, "PATH=/usr/bin:/bin")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v %s", argv, err, out)
	}
	return string(out)
}

func TestProgramsRunByTheirOwnLinker(t *testing.T) {
	dir := made(t)
	moved := filepath.Join(filepath.Dir(dir), "second")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	dir = moved
	for name, want := range map[string]string{
		"bin/x86_64-linux-gnu-gcc-14": `usr/bin/x86_64-linux-gnu-gcc-14 -BDIR/bin/../libexec/ -c a b`,
		"bin/ld":                      `usr/bin/ld -c a b`,
		"libexec/as":                  `usr/bin/as -c a b`,
		"libexec/cc1":                 `usr/libexec/gcc/x86_64-linux-gnu/14/cc1 -c a b`,
	} {
		got := strings.ReplaceAll(run(t, nil, filepath.Join(dir, name), "-c", "a b"), dir, "DIR")
		path, _, _ := strings.Cut(want, " ")
		in := "DIR/" + filepath.Dir(name) + "/../"
		if got != "linker --library-path "+in+"usr/lib/x86_64-linux-gnu --argv0 "+in+path+" "+in+want+"\n" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestWrappedProgramsAreCalledByTheirNames(t *testing.T) {
	dir, tools := t.TempDir(), made(t)
	elf, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	modpost := filepath.Join(dir, "scripts/mod/modpost")
	filetest.Put(t, modpost, string(elf[:64]))
	filetest.Put(t, filepath.Join(dir, "scripts/gen"), "#!/bin/sh\n")
	for range 2 { // wrapped programs are not wrapped again
		if err := Wrap(dir); err != nil {
			t.Fatal(err)
		}
	}
	got := strings.ReplaceAll(run(t, Environ(tools), modpost, "x"), dir, "DIR")
	if want := " --argv0 DIR/scripts/mod/modpost DIR/scripts/mod/.elf/modpost x\n"; !strings.HasSuffix(got, want) {
		t.Errorf("%q does not end with %q", got, want)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "scripts/gen")); err != nil || string(text) != "#!/bin/sh\n" {
		t.Errorf("a script was changed: %q, %v", text, err)
	}
}

func TestIncompleteToolchain(t *testing.T) {
	if err := Complete(t.TempDir()); err == nil || !strings.Contains(err.Error(), "0 files usr/lib/*/ld-linux*.so.*, not one") {
		t.Errorf("%v", err)
	}
}

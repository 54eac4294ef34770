// SPDX-License-Identifier: Apache-2.0

package packagefiletest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/images"
)

// Kernel is a kernel to make packages from. Its headers are in two parts: those of
// the source, and those that the build made.
type Kernel struct {
	t       testing.TB
	release string
	image   string
	config  string
	source  string // a directory with the one part
	built   string // a directory with the other part
}

// Take takes apart a kernel that was built from a source, in a directory of its own.
// The headers are those of the kernel's scripts/package/install-extmod-build.
func Take(t testing.TB, k *images.Kernel, source string) Kernel {
	t.Helper()
	dir := t.TempDir()
	p := Kernel{t: t, release: k.Release, image: k.BzImage, config: filepath.Join(k.KDir, ".config"), source: dir + "/source", built: dir + "/built"}
	p.copy(source, p.source, "Makefile", "arch/x86/include", "include", "scripts")
	for _, makefile := range glob(t, source+"/arch/x86/Makefile*") {
		p.copy(source, p.source, "arch/x86/"+filepath.Base(makefile))
	}
	p.copy(k.KDir, p.built, ".config", "Module.symvers", "tools/objtool/objtool", "arch/x86/include/generated", "include/config", "include/generated", "scripts")
	p.shell("find " + p.built + ` \( -name '*.o' -o -name '.*.cmd' \) -delete`)
	return p
}

// copy copies parts of one directory to another one.
func (k Kernel) copy(from, to string, names ...string) {
	k.t.Helper()
	for _, name := range names {
		dest := filepath.Dir(filepath.Join(to, name))
		if err := os.MkdirAll(dest, 0o700); err != nil {
			k.t.Fatal(err)
		}
		k.shell("cp -a '" + filepath.Join(from, name) + "' '" + dest + "'")
	}
}

// all hard-links all files of a directory, because a copy would take long.
func (k Kernel) all(from, to string) {
	k.t.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		k.t.Fatal(err)
	}
	k.shell("cp -alf '" + from + "/.' '" + to + "'")
}

func (k Kernel) shell(command string) {
	k.t.Helper()
	if out, err := exec.CommandContext(k.t.Context(), "sh", "-c", command).CombinedOutput(); err != nil {
		k.t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

// file copies one file to another name.
func (k Kernel) file(from, to string) {
	k.t.Helper()
	k.shell("mkdir -p '" + filepath.Dir(to) + "' && cp '" + from + "' '" + to + "'")
}

func (k Kernel) link(target, name string) {
	k.t.Helper()
	k.shell("mkdir -p '" + filepath.Dir(name) + "' && ln -s '" + target + "' '" + name + "'")
}

func (k Kernel) text(name, text string) {
	k.t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

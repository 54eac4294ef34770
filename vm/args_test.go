// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	filetest.Golden(t, filepath.Join("testdata", name), got, *update)
}

func TestArgs(t *testing.T) {
	small := Spec{Kernel: "/k/bzImage"}.withDefaults()
	full := Spec{
		Kernel: "/k/vmlinux", Initrd: "/k/it's an initrd", Append: []string{"klptest.agent", `dyndbg="file core.c +p"`},
		Memory: 1024, CPUs: 2, Keys: &Keys{},
	}.withDefaults()
	full.version = version{10, 0}
	golden(t, "args-small-tcg.golden", strings.Join(small.args(TCG), "\n")+"\n")
	golden(t, "args-full-tcg.golden", strings.Join(full.args(TCG), "\n")+"\n")
	golden(t, "args-full-kvm.golden", strings.Join(full.args(KVM), "\n")+"\n")
	full.Template = "/t"
	golden(t, "args-template.golden", strings.Join(full.args(TCG), "\n")+"\n")
	golden(t, "args-clone.golden", strings.Join(full.cloneArgs(TCG), "\n")+"\n")
	golden(t, "commandline.golden", full.commandLine(TCG)+"\n")
}

// TestTCGNeverTouchesKVM checks that QEMU does not even get KVM in a fallback
// list.
func TestTCGNeverTouchesKVM(t *testing.T) {
	if line := strings.Join(Spec{Kernel: "k"}.withDefaults().args(TCG), " "); strings.Contains(line, "kvm") {
		t.Error(line)
	}
}

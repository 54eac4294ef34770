// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/kmods/kmodstest"
	"github.com/klptest/klptest/vm/vmtest"
)

// modelConfig has the options of the model's kernel in addition to those of a tree: all
// that klptest requires, and some that cases need.
var modelConfig = func() string {
	text := "CONFIG_DYNAMIC_DEBUG=y\nCONFIG_SMP=y\nCONFIG_BUG=y\nCONFIG_HZ=250\n"
	for _, m := range kconfig.Required(nil) {
		option, _, _ := strings.Cut(m.Option, " or ")
		if !strings.Contains(imagestest.TreeConfig, option+"=") {
			text += option + "=y\n"
		}
	}
	return text
}()

// TestModelScript runs whole commands, each in a moment: QEMU and make are fakes, and
// the guests answer as the model of livepatch predicts. $KERNEL is a kernel for them.
// With $ANY_QEMU, kernels that are built from a source answer as the model of the
// release in its kernel/livepatch/core.c does.
func TestModelScript(t *testing.T) {
	if vmtest.Dynamic(t) {
		t.Skip("the test program is /init of the guests, which must be static: CGO_ENABLED=0")
	}
	docs, err := filepath.Abs(top + "docs")
	if err != nil {
		t.Fatal(err)
	}
	bin, kernel := t.TempDir(), imagestest.BuildTree(t)
	kmodstest.Make(t, filepath.Join(bin, "modules"))
	imagestest.Make(t, bin, kernel, filepath.Join(bin, "modules", "make"))
	filetest.Put(t, filepath.Join(kernel, ".config"), imagestest.TreeConfig+modelConfig)
	qemu, anyQEMU := vmtest.QEMU(t, vmtest.Script{Model: "6.12"}), vmtest.QEMU(t, vmtest.Script{Model: vmtest.OfKernel})
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/model",
		RequireExplicitExec: true,
		Cmds:                scriptCommands,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			path, err := exec.LookPath("klptest") // for scripts that empty the PATH
			e.Setenv("KLPTEST", path)
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("OLDPATH", e.Getenv("PATH"))
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "cache"))
			e.Setenv("DOCS", docs)
			e.Setenv("KERNEL", kernel)
			e.Setenv("QEMU", qemu)
			e.Setenv("ANY_QEMU", anyQEMU)
			return err
		},
	})
}

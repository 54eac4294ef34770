// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/klptest/klptest/internal/guest/boot"
	"github.com/klptest/klptest/internal/supervise"
	"github.com/klptest/klptest/vm/vmtest"
)

// TestMain makes the test program act as klptest in scripts, and so also as PID 1 of
// their guests, as the supervisor of their builds and, without guests, as a fake QEMU.
func TestMain(m *testing.M) {
	vmtest.Main()
	if boot.Main() || supervise.Main() {
		return
	}
	testscript.Main(m, map[string]func(){"klptest": func() { os.Exit(mainExit()) }})
}

// TestScript runs the scripts that need no VM. Their programs are fakes in a private
// PATH.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds:                scriptCommands,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "cache"))
			path, err := exec.LookPath("klptest") // for scripts that empty the PATH
			e.Setenv("KLPTEST", path)
			return err
		},
	})
}

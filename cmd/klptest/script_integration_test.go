// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestIntegrationScript runs the scripts that boot guests, side by side only with each
// other: beside many guests a hang is an ERROR. They share the user's cache, so that one
// fetch and one build serve them all.
func TestIntegrationScript(t *testing.T) {
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot guests")
	}
	cacheDir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	selftests, err := filepath.Abs("../../internal/kselftests/testdata/fake")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/vm",
		RequireExplicitExec: true,
		Cmds:                scriptCommands,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CACHE_HOME", cacheDir)
			e.Setenv("SELFTESTS", selftests)
			e.Setenv("TMPDIR", filepath.Join(e.WorkDir, ".tmp"))
			return nil
		},
	})
}

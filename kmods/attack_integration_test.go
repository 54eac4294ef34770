// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestIntegrationAttackKilledProbe checks that the modules stay the same if a
// compiler is killed while Kbuild tries an option with it.
func TestIntegrationAttackKilledProbe(t *testing.T) {
	if os.Getenv("KLPTEST_ATTACK") == "" {
		t.Skip("set KLPTEST_ATTACK=short, or long: make attack")
	}
	k, gcc := realKernel(t), filepath.Join(t.TempDir(), "gcc")
	real, err := exec.LookPath(kernelCompiler(k.KDir))
	if err != nil {
		t.Skip(err)
	}
	var built [][]byte
	for _, killed := range []bool{false, true} {
		mark := filepath.Join(t.TempDir(), "killed")
		if !killed {
			write(t, mark, "")
		}
		// It dies once, when it is first tried with one of these options.
		script := fmt.Sprintf(`#!/bin/sh
case "$*" in *-mstack-alignment=*|*-mpreferred-stack-boundary=*)
	test -e '%[1]s' || { : >'%[1]s'; kill -KILL $$; } ;;
esac
exec '%[2]s' "$@"
`, mark, real)
		if err := os.WriteFile(gcc, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		b := realBuilder(t)
		b.cc = gcc
		list, _ := builtOf(t, b, k, few(t))
		text, err := os.ReadFile(list["klp_target"].Path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(mark); err != nil {
			t.Error("no compiler was killed: this test shows nothing")
		}
		built = append(built, text)
	}
	if !bytes.Equal(built[0], built[1]) {
		t.Error("the modules differ")
	}
}

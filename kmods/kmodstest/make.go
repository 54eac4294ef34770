// SPDX-License-Identifier: Apache-2.0

package kmodstest

import (
	_ "embed" // the program is a file of its own
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

//go:embed make.sh
var makeProgram string

// Make puts a program "make" into dir. It builds modules that have what klptest
// looks for, but are of no use to a kernel.
func Make(t testing.TB, dir string) {
	t.Helper()
	filetest.Put(t, filepath.Join(dir, "make"), makeProgram)
}

// KDir makes a directory against which such modules can be built, for a
// release.
func KDir(t testing.TB, release string) string {
	t.Helper()
	dir := t.TempDir()
	filetest.Put(t, filepath.Join(dir, "Makefile"), "")
	filetest.Put(t, filepath.Join(dir, "include/config/kernel.release"), release+"\n")
	return dir
}

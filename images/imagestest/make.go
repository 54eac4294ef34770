// SPDX-License-Identifier: Apache-2.0

package imagestest

import (
	_ "embed" // the program is a file of its own
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

//go:embed make.sh
var makeProgram string

// Make puts a program "make" into a directory. Its kernels are copies of a
// [BuildTree] that end with a line of the source. It leaves modules to another
// make.
func Make(t testing.TB, dir, tree, modules string) {
	t.Helper()
	filetest.Put(t, filepath.Join(dir, "make"), strings.NewReplacer("@TREE@", tree, "@MODULES@", modules).Replace(makeProgram))
}

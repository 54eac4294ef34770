// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/supervise"
)

// The test program is also the supervisor of its builds. It calls syscall.Exit
// because the race detector makes os.Exit take a second, and there are many
// builds.
func TestMain(m *testing.M) {
	if supervise.Main() {
		syscall.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// makeSource makes a tree with files that contain their own names.
func makeSource(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		filetest.Put(t, filepath.Join(dir, name), name)
	}
	return dir
}

func newSource(t *testing.T, version string) string {
	t.Helper()
	dir := makeSource(t, "Kconfig", "Kbuild", "kernel/livepatch/state.c")
	major, minor, _ := strings.Cut(version, ".")
	filetest.Put(t, dir+"/Makefile", "# SPDX\nVERSION = "+major+"\nPATCHLEVEL = "+minor+"\n")
	return dir
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/klptest/klptest/internal/supervise"
)

// The test program is also the build supervisor, the make of the tests (by its
// name), and a process that builds and can be killed. It uses syscall.Exit,
// because the race detector makes os.Exit take a second, and there are many
// such processes.
func TestMain(m *testing.M) {
	if supervise.Main() {
		syscall.Exit(0)
	}
	if mode, ok := strings.CutPrefix(filepath.Base(os.Args[0]), fakeMakePrefix); ok {
		syscall.Exit(fakeMake(mode, os.Args[1:]))
	}
	if root := os.Getenv(victimEnv); root != "" {
		syscall.Exit(victim(root))
	}
	goleak.VerifyTestMain(m)
}

// SPDX-License-Identifier: Apache-2.0

package local

import (
	"os"
	"syscall"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/supervise"
)

// TestMain runs the test binary as the supervisor of builds.
func TestMain(m *testing.M) {
	if supervise.Main() {
		syscall.Exit(0) // the race detector makes os.Exit take a second
	}
	os.Exit(m.Run())
}

// provided is the providers as callers use them.
var provided = images.Providers{Paths(), Host()}

// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"os"
	"testing"

	"github.com/klptest/klptest/internal/guest/boot"
	"github.com/klptest/klptest/internal/supervise"
)

// The test program is PID 1 of the benchmarks' guests, and supervises their
// builds.
func TestMain(m *testing.M) {
	if boot.Main() || supervise.Main() {
		return
	}
	os.Exit(m.Run())
}

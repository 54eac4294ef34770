// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"os"
	"testing"

	"github.com/klptest/klptest/internal/guest/boot"
	"github.com/klptest/klptest/internal/supervise"
	"github.com/klptest/klptest/vm/vmtest"
)

// The test program also serves as a fake QEMU, as PID 1 of the benchmarks' guests,
// and as the supervisor of their builds.
func TestMain(m *testing.M) {
	vmtest.Main()
	if boot.Main() || supervise.Main() {
		return
	}
	os.Exit(m.Run())
}

// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/klptest/klptest/internal/guest/agent"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
)

// The test program is also a process whose host goes.
func TestMain(m *testing.M) {
	if os.Getenv(hostlessEnv) != "" {
		os.Exit(hostless())
	}
	goleak.VerifyTestMain(m)
}

// newGuest returns an agent on a fake kernel.
func newGuest(t testing.TB) (*agent.Agent, *kerneltest.Kernel) {
	t.Helper()
	k := kerneltest.New(t)
	return agent.New(k, k.Root, k.Root), k
}

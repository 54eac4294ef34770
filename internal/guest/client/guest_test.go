// SPDX-License-Identifier: Apache-2.0

package client

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/klptest/klptest/internal/guest/agent"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newGuest returns an agent on a fake kernel.
func newGuest(t testing.TB) (*agent.Agent, *kerneltest.Kernel) {
	t.Helper()
	k := kerneltest.New(t)
	return agent.New(k, k.Root, k.Root), k
}

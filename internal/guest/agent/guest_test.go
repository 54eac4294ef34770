// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newGuest returns an agent on a fake kernel.
func newGuest(t testing.TB) (*Agent, *kerneltest.Kernel) {
	t.Helper()
	k := kerneltest.New(t)
	return New(k, k.Root, k.Root), k
}

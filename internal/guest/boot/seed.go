// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"crypto/sha256"
	"os"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/kernel"
)

// seed makes random numbers available at once: under emulation the kernel alone
// takes a second, and the first SSH connection would wait for it. The seed is
// the host key, this guest's secret, fresh from the host's random numbers. The
// hash keeps it secret, and the kernel mixes its own entropy into it.
func (bootLinux) seed() error {
	key, err := os.ReadFile(guest.HostKey)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append([]byte("klptest seed\n"), key...))
	return kernel.WithRandom(func(fd int) error { return kernel.AddEntropy(fd, sum[:]) })
}

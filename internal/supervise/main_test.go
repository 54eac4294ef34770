// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"os"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// The test program is also the supervisor, a process that requests a job and can be killed,
// and one that tries to leave its box. It uses syscall.Exit because with the race detector
// os.Exit takes a second, and there are many processes.
func TestMain(m *testing.M) {
	if Main() {
		syscall.Exit(0)
	}
	if dir := os.Getenv(victimEnv); dir != "" {
		syscall.Exit(victim(dir))
	}
	if path := os.Getenv(flipperEnv); path != "" {
		syscall.Exit(flip(path))
	}
	goleak.VerifyTestMain(m)
}

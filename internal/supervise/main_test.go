// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"os"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// The test program is also the supervisor, a process that has a job done and
// can be killed, and one that tries to leave its box. syscall.Exit, because the race detector makes os.Exit take
// a second, and there are many of them.
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

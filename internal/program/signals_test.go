// SPDX-License-Identifier: Apache-2.0

package program

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
)

// endingEnv makes the test program print what EndSignals returns.
const endingEnv = "KLPTEST_TEST_ENDING"

// TestEndSignals starts a process as nohup and shells do.
func TestEndSignals(t *testing.T) {
	childrenGetSignals(t)
	for ignored, want := range map[string]string{
		"trap '' HUP":     "[interrupt terminated]",
		"trap '' INT":     "[hangup terminated]",
		"trap '' INT HUP": "[terminated]",
	} {
		cmd := exec.Command("/bin/sh", "-c", ignored+"; exec "+os.Args[0])
		cmd.Env = append(os.Environ(), endingEnv+"=1")
		out, err := cmd.Output()
		if err != nil || string(out) != want {
			t.Errorf("%s: %s, %v; want %s", ignored, out, err, want)
		}
	}
}

// childrenGetSignals makes a child start with the default of both signals, even if the
// tests run below nohup: a caught signal is not inherited, and a shell cannot undo an
// ignored one.
func childrenGetSignals(t *testing.T) {
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, syscall.SIGINT, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(caught) })
}

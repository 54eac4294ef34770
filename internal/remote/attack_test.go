// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"runtime"
	"strings"
	"testing"
)

// agentCommand is a prefix of the command that starts the agent. Its stderr is not
// limited; only the end is kept.
const agentCommand = "sudo -n /tmp"

// TestAttackMachineFloods: megabytes of output with escape sequences use no memory,
// and no escape sequence is shown.
func TestAttackMachineFloods(t *testing.T) {
	flood := strings.Repeat("\x1b[2Jxxxx", 4<<20)
	most := uint64(32+40) << 20 // includes the server's own memory
	for _, command := range []string{"id -u", "sudo -n true", "uname -m", "umask", "cat", agentCommand} {
		for stream, a := range map[string]answer{"output": {out: flood}, "errors": {err: flood, status: 1}} {
			s, m := newServer(t)
			s.answers[command] = a
			var start, end runtime.MemStats
			runtime.ReadMemStats(&start)
			c, err := m.Connect(t.Context())
			runtime.ReadMemStats(&end)
			if err == nil {
				c.Close()
			}
			if err != nil && (strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 10_000) {
				t.Errorf("%s, %s: %.200q", command, stream, err)
			}
			if took := end.TotalAlloc - start.TotalAlloc; took > most && !(stream == "errors" && command == agentCommand && took < 2*most) {
				t.Errorf("%s, %s: %d MB, %.100q", command, stream, took>>20, err)
			}
		}
	}
}

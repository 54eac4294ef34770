// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

const (
	haltedLooks = 20
	registers   = `{"execute":"human-monitor-command","arguments":{"command-line":"info registers"}}`
)

// Halts looks at the guest's only processor for a time, and tells whether it was ever
// halted, that is, idle. Processor time does not show that where time is virtual: an idle
// guest goes from timer to timer, and takes much of it.
func (v *VM) Halts(ctx context.Context, within time.Duration) bool {
	for range haltedLooks {
		answer, err := v.monitor.Run(ctx, []byte(registers))
		if err != nil {
			return false
		}
		if halted(answer) {
			return true
		}
		select {
		case <-time.After(within / haltedLooks):
		case <-ctx.Done():
			return false
		}
	}
	return false
}

// halted reads QEMU's text about a processor (x86_cpu_dump_state in
// target/i386/cpu-dump.c of QEMU).
func halted(answer []byte) bool {
	var text struct{ Return string }
	return json.Unmarshal(answer, &text) == nil && strings.Contains(text.Return, " HLT=1")
}

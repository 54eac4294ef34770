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

// Halts watches the guest's only processor for a time, and reports whether it was ever
// halted, that is, idle. Processor time does not show this if time is virtual: an idle
// guest jumps from timer to timer, and uses much of it.
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

// halted reads QEMU's description of a processor (x86_cpu_dump_state in
// target/i386/cpu-dump.c of QEMU).
func halted(answer []byte) bool {
	var text struct{ Return string }
	return json.Unmarshal(answer, &text) == nil && strings.Contains(text.Return, " HLT=1")
}

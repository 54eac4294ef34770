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
	registers   = `{"execute":"human-monitor-command","arguments":{"command-line":"info registers -a"}}`
)

// Halts tells whether each of the guest's processors is seen halted within a time: it has
// nothing to do now and then. Processor time does not show that where time is virtual: an
// idle guest goes from timer to timer, and takes much of it.
func (v *VM) Halts(ctx context.Context, within time.Duration) bool {
	halted := make([]bool, v.config.CPUs)
	for range haltedLooks {
		answer, err := v.monitor.Run(ctx, []byte(registers))
		if err != nil {
			return false
		}
		if mark(halted, answer) {
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

// mark notes which processors QEMU's text shows halted, in their order, and tells whether
// all have been by now (x86_cpu_dump_state in target/i386/cpu-dump.c of QEMU).
func mark(halted []bool, answer []byte) (all bool) {
	var text struct{ Return string }
	if json.Unmarshal(answer, &text) != nil {
		return false
	}
	all, cpu := true, 0
	for word := range strings.FieldsSeq(text.Return) {
		state, found := strings.CutPrefix(word, "HLT=")
		if !found || cpu == len(halted) {
			continue
		}
		halted[cpu] = halted[cpu] || state == "1"
		all = all && halted[cpu]
		cpu++
	}
	return all && cpu == len(halted)
}

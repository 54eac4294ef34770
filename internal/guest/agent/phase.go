// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// A held transition is retried at round_jiffies_relative(HZ)
// (klp_try_complete_transition, kernel/livepatch/transition.c), which is a
// whole second of jiffies: 0.75 s later at best, when the transition began just
// before the first quarter of a second ended, and 1.75 s at worst, when it
// began just after that (round_jiffies_common, kernel/time/timer.c). A clone
// starts where its template stopped, so each clone can have the short wait.

// snapshotPhase is the part of a second at which to stop the template: from
// there a clone needs 0.1 s or 0.2 s to its first command.
const snapshotPhase = 800 * time.Millisecond

// awaitPhase waits, for less than a second, until the kernel's jiffies are at
// the snapshot's phase. It does not wait when the phase is unknown.
func (a *Agent) awaitPhase(ctx context.Context, hz uint64) {
	text, _ := a.files.Read("/proc/timer_list", maxProcFile)
	if jiffies, ok := jiffiesOf(text); ok && hz > 0 {
		pause(ctx, untilPhase(jiffies, hz))
	}
}

func untilPhase(jiffies, hz uint64) time.Duration {
	phase := time.Duration(jiffies%hz) * time.Second / time.Duration(hz)
	return (snapshotPhase - phase + time.Second) % time.Second
}

// jiffiesOf reads /proc/timer_list (kernel/time/timer_list.c).
func jiffiesOf(timerList string) (uint64, bool) {
	_, rest, found := strings.Cut(timerList, "\njiffies: ")
	line, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.ParseUint(line, 10, 64)
	return n, found && err == nil
}

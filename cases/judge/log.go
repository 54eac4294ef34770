// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
)

// kernelLog is the parsed log of a run.
type kernelLog struct {
	early   []string     // lines that livepatch and its modules logged before the first command
	owned   [][]string   // for each command, the log lines up to the next one
	lost    []int        // commands whose marker is not in the log
	surplus []string     // markers that are in the log more often than their command ran
	entries []klog.Entry // all of it, folded
	open    bool         // the log ends inside a splat
}

// readLog assigns each line of a folded log to the command before it; own is as in
// [klog.Fold].
func readLog(steps []casefile.Step, list []klog.Entry, own map[string]bool) kernelLog {
	l := kernelLog{owned: make([][]string, len(steps)), entries: list}
	at := -1
	for _, e := range l.entries {
		switch {
		case e.Marker:
			at = l.mark(e.Text, steps, at)
		case at >= 0:
			l.owned[at] = append(l.owned[at], e.Line())
		case klog.IsOwn(e.Text, own):
			l.early = append(l.early, e.Line())
		}
	}
	l.lose(at+1, len(steps))
	if slices.Contains(l.lost, 0) {
		l.early = nil // it is unknown where the first command begins
	}
	l.count(steps)
	return l
}

// mark returns the command after at that a marker belongs to, or else at.
func (l *kernelLog) mark(text string, steps []casefile.Step, at int) int {
	for next := at + 1; next < len(steps); next++ {
		if text == steps[next].Command.Marker() {
			l.lose(at+1, next)
			return next
		}
	}
	return at
}

// count finds markers that occur more often than their commands: some are
// forged, but it is unknown which.
func (l *kernelLog) count(steps []casefile.Step) {
	due := map[string]int{}
	for _, s := range steps {
		due[s.Command.Marker()]++
	}
	for _, e := range l.entries {
		n, known := due[e.Text]
		if !e.Marker || !known {
			continue
		}
		if due[e.Text] = n - 1; n == 0 {
			l.surplus = append(l.surplus, e.Text)
		}
	}
}

func (l *kernelLog) lose(from, to int) {
	for i := from; i < to; i++ {
		l.lost = append(l.lost, i)
	}
}

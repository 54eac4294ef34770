// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"strings"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/emulator"
)

// Observation is everything that was observed in a run of a case. It is plain
// data: judging it again gives the same finding.
type Observation struct {
	Facts   machine.Facts
	Answers []machine.Answer // of the commands that ran, in order
	End     machine.EndState
	Broken  string // the error that ended the run; then End may be missing
}

// Records returns the whole log, in order.
func (o Observation) Records() []machine.Record {
	var list []machine.Record
	for _, a := range o.Answers {
		list = append(list, a.Records...)
	}
	return append(list, o.End.Records...)
}

// emulatorFault returns the emulator's fault in the log as the rig's error; nil
// if there is none, or if no emulator ran the kernel.
func (o Observation) emulatorFault() error {
	if !o.Facts.Emulated {
		return nil
	}
	var w emulator.Watch
	for _, r := range o.Records() {
		if r.Facility != 0 {
			continue
		}
		for line := range strings.SplitSeq(r.Text, "\n") {
			w.Line(line)
		}
	}
	if fault := w.Fault(); fault != nil {
		return fault
	}
	return nil
}

// stall returns the wait that timed out, and the index of its command; nil when
// none did.
func (o Observation) stall() (s *machine.Stall, index int) {
	for i, a := range o.Answers {
		if a.Stall != nil {
			return a.Stall, i
		}
	}
	return nil, 0
}

// SPDX-License-Identifier: Apache-2.0

package judge

import "github.com/klptest/klptest/cases/casefile"

// Faults are the faults of a run that do not depend on what was expected of it.
type Faults struct {
	Splats   []string // one line each
	Crashed  bool     // one of them is more than a stall, which a slow host explains
	Log      string   // of the first splat, or its beginning
	Emulator error    // the emulator's fault, the rig's error; nil: none
}

// Faults looks for faults in the log.
func (o Observation) Faults() Faults {
	j := newJudgement(&casefile.Case{}, o)
	return Faults{Splats: j.splats(), Crashed: j.crashed(), Log: j.firstSplat(), Emulator: j.fault}
}

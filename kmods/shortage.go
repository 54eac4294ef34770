// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/steady"
)

// shortage returns what a failed build ran out of. A program in the sandbox that gets no
// memory has reached its limit (boxLimits), which is the fault of the C that it compiles.
func shortage(log string, boxed bool) steady.Shortage {
	s := steady.FirstShortage(log)
	if s == steady.Heap && boxed {
		return steady.None
	}
	return s
}

// shortOf returns the error of modules that were not built for a shortage: the rig's, even
// if their C is a stranger's.
func (b build) shortOf(s steady.Shortage, tail, log string) error {
	e := s.Fault("to build modules")
	e.Tail = tail
	if b.target.Place != nil {
		e = &blame.Error{Summary: e.Summary + " on the machine", Tail: tail}
		if s != steady.Disk {
			e.Advice = "give the machine more memory: --memory"
		}
	}
	return Failure{e, log}
}

// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/klptest/klptest/cases/machine"
)

// manyTasks is called once for each task, and again by the kernel's own work while a
// transition is open. Only its first call can be predicted, and only where a
// transition begins.
const manyTasks = "stack_trace_save_tsk_reliable"

// withFault returns an operation in which a call made by livepatch fails: an
// operation of two commands. It returns the operation itself if that makes no
// predictable call.
func (s *script) withFault(op string, rng *rand.Rand) string {
	trial, ok := s.with(op)
	if !ok {
		return op
	}
	for _, i := range rng.Perm(len(machine.Faults)) {
		function := machine.Faults[i]
		calls := trial.m.Calls(function)
		if function == manyTasks {
			calls = min(calls, 1)
			if s.at.Transition != "" {
				calls = 0
			}
		}
		if calls > 0 {
			return fmt.Sprintf("%s %s %d\n%s", machine.Fail, function, 1+rng.IntN(calls), op)
		}
	}
	return op
}

// cutFault splits an operation with a fault.
func cutFault(op string) (function, of string, faulty bool) {
	fault, of, faulty := strings.Cut(op, "\n")
	if !faulty {
		return "", op, false
	}
	return strings.Fields(fault)[1], of, true
}

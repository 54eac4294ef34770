// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"math/rand/v2"
	"slices"
	"strings"
)

const (
	mostChanges = 3 // of one sequence
	mostMoved   = 3 // operations that one change drops or repeats
	mostOps     = 8 // of a changed sequence, before more are added
	mostMore    = 6 // operations that are then added to it
)

// corpus holds the sequences that have reached something new, in order.
type corpus [][]string

// pick prefers late sequences: what they reach is rarer.
func (c corpus) pick(rng *rand.Rand) []string {
	return c[max(rng.IntN(len(c)), rng.IntN(len(c)))]
}

// change makes a sequence from those of the corpus. Operations that the model cannot do
// after the changes are left out. The sequence then goes on as a random one does, with
// transitions of the model that are missing from made.
func (c corpus) change(sp space, s *script, rng *rand.Rand, made coverage) *script {
	ops := c.pick(rng)
	for range 1 + rng.IntN(mostChanges) {
		from := rng.IntN(len(ops) + 1)
		to := min(from+1+rng.IntN(mostMoved), len(ops))
		switch rng.IntN(4) {
		case 0: // drop
			ops = slices.Concat(ops[:from], ops[to:])
		case 1: // repeat
			ops = slices.Concat(ops[:to], ops[from:])
		case 2: // splice
			other := c.pick(rng)
			ops = slices.Concat(ops[:from], other[rng.IntN(len(other)+1):])
		case 3: // cut
			ops = ops[:from]
		}
	}
	s.possible(sp, ops, rng)
	made.more(sp, s, rng, 1+rng.IntN(mostMore))
	return s
}

// possible does the operations that can be done, in order. If faults are wanted, a
// call may fail in one of them.
func (s *script) possible(sp space, ops []string, rng *rand.Rand) {
	faulty := -1
	if sp.faults && len(ops) > 0 && rng.IntN(2) == 0 {
		faulty = rng.IntN(min(len(ops), mostOps))
	}
	for i, op := range ops {
		if i == faulty {
			_, op, _ = cutFault(op)
			op = s.withFault(op, rng)
		}
		if len(s.ops) < mostOps {
			s.do(op)
		}
	}
}

// changing returns the operations that change something: reads follow every sequence
// anyway.
func changing(ops []string) []string {
	return slices.DeleteFunc(slices.Clone(ops), func(op string) bool { return strings.HasPrefix(op, "cat ") })
}

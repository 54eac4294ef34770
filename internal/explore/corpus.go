// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
)

const (
	mostChanges = 3 // of one sequence
	mostMoved   = 3 // operations that one change drops or repeats
	mostOps     = 8 // of a changed sequence, before it goes on
	mostMore    = 6 // operations with which it goes on
)

// guided are sequences without end: some are made anew, and some are ones of the corpus
// that were changed. As long as new ones find something, most are new. So they depend on
// what the kernel has run in those before them.
func (x *explorer) guided(sp space) iter.Seq[[]string] {
	rng, made := rand.New(rand.NewPCG(x.Seed, 0)), coverage{}
	x.anew = map[string]bool{}
	return func(yield func([]string) bool) {
		for {
			var ops []string
			changed := len(x.corpus) > 0 && rng.Float64()*100 < float64(x.Mutated)*x.dry
			if changed {
				ops = x.corpus.change(sp, x.Release, rng, made)
			} else {
				ops = random(sp, x.Release, rng, made)
			}
			text := strings.Join(ops, "\n")
			if _, again := x.anew[text]; again || len(ops) == 0 {
				continue
			}
			x.anew[text] = !changed
			if !yield(ops) {
				return
			}
		}
	}
}

// dries notes whether a sequence that was made anew has found something. dry is how many
// of the last ones have not, from 0 to 1; the last ten count most.
func (x *explorer) dries(q sequence, found bool) {
	if !x.anew[strings.Join(q.ops, "\n")] {
		return
	}
	x.dry *= 0.9
	if !found {
		x.dry += 0.1
	}
}

// corpus are sequences that have reached something new, in their order.
type corpus [][]string

// pick takes late sequences more often: what they reach is rarer.
func (c corpus) pick(rng *rand.Rand) []string {
	return c[max(rng.IntN(len(c)), rng.IntN(len(c)))]
}

// change makes a sequence of one or two of the corpus. What the model cannot do after
// the changes is left out. The sequence goes on from there as a random one does, with
// transitions of the model that are missing from made.
func (c corpus) change(sp space, release string, rng *rand.Rand, made coverage) []string {
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
	s, err := newScript(release)
	if err != nil {
		return nil
	}
	done := s.possible(sp, ops, mostOps, rng)
	return append(done, made.more(sp, s, rng, 1+rng.IntN(mostMore))...)
}

// possible does the operations that can be done, one after the other. Where faults are
// wanted, one of them has a call fail.
func (s *script) possible(sp space, ops []string, most int, rng *rand.Rand) (done []string) {
	faulty := -1
	if sp.faults && len(ops) > 0 && rng.IntN(2) == 0 {
		faulty = rng.IntN(min(len(ops), most))
	}
	for i, op := range ops {
		if i == faulty {
			_, op, _ = cutFault(op)
			op = s.withFault(op, rng)
		}
		if len(done) < most && s.do(op) {
			done = append(done, op)
		}
	}
	return done
}

// changing are the operations that change something: reading is done after every
// sequence.
func changing(ops []string) []string {
	return slices.DeleteFunc(slices.Clone(ops), func(op string) bool { return strings.HasPrefix(op, "cat ") })
}

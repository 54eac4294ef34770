// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"math/rand/v2"
	"slices"
)

const (
	shortest, longest = 3, 10 // operations of a random sequence
	tries             = 6     // operations that are tried in search of a new one
	faultOneIn        = 6     // one in so many operations has a call fail, if faults are wanted
	scouts            = 100   // sequences that estimate the number of transitions

	loadProbe = "insmod *" // the kind of an operation that loads a livepatch
)

// scout returns the transitions of the model that random sequences cover. It stops
// early when enough is true.
func scout(sp space, release string, enough func() bool) coverage {
	c := coverage{}
	rng := rand.New(rand.NewPCG(0, 0))
	for n := 0; n < scouts && !enough(); n++ {
		random(sp, begin(release), rng, c)
	}
	return c
}

// random makes a sequence that prefers transitions missing from c, and adds
// them to c.
func random(sp space, s *script, rng *rand.Rand, c coverage) *script {
	if rng.IntN(2) == 0 {
		s.follow([]string{"insmod klp_target", "hold old"}) // most can happen while something is held
	}
	c.more(sp, s, rng, shortest+rng.IntN(longest-shortest+1))
	return s
}

// more does that many operations, and now and then reads all of sysfs.
func (c coverage) more(sp space, s *script, rng *rand.Rand, n int) {
	for range n {
		if rng.IntN(4) == 0 {
			for _, op := range s.sweep() {
				s.do(op)
			}
		}
		c.choose(sp, s, rng)
	}
}

// choose does the next operation of a sequence.
func (c coverage) choose(sp space, s *script, rng *rand.Rand) {
	var best *script
	choice := sortOut(sp.operations(s))
	for range tries {
		candidate := choice.pick(rng)
		if sp.faults && rng.IntN(faultOneIn) == 0 {
			candidate = s.withFault(candidate, rng)
		}
		next, ok := s.with(candidate)
		if !ok {
			continue
		}
		best = next
		if !c[next.lastEdge()] {
			break
		}
	}
	if best != nil {
		c[best.lastEdge()] = true
		*s = *best
	}
}

// lastEdge returns the transition that the last operation has made.
func (s *script) lastEdge() string { return s.edges[len(s.edges)-1] }

// choice holds operations by kind.
type choice struct {
	kinds  []string // each kind as often as it is to be taken
	byKind map[string][]string
}

// sortOut makes a choice in which each kind is taken equally often, except for
// loading a livepatch, which has the most forms.
func sortOut(ops []string) choice {
	c := choice{byKind: map[string][]string{}}
	for _, op := range ops {
		k := kind(op)
		if c.byKind[k] == nil {
			c.kinds = append(c.kinds, k)
		}
		c.byKind[k] = append(c.byKind[k], op)
	}
	if c.byKind[loadProbe] != nil {
		c.kinds = append(c.kinds, slices.Repeat([]string{loadProbe}, len(c.kinds)/2)...)
	}
	return c
}

func (c choice) pick(rng *rand.Rand) string {
	some := c.byKind[c.kinds[rng.IntN(len(c.kinds))]]
	return some[rng.IntN(len(some))]
}

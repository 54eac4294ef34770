// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"iter"
	"maps"
	"math/rand/v2"
	"sync"
)

// guided yields sequences without end. The model plays many candidates in the time that
// the kernel takes for one, so each sequence is the candidate that shows most new things
// in the model. Candidates depend on what the kernel has run in earlier sequences.
func (x *explorer) guided(sp space) iter.Seq[[]string] {
	rng := rand.New(rand.NewPCG(x.Seed, 0))
	return func(yield func([]string) bool) {
		for yield(x.choose(sp, rng).ops) {
		}
	}
}

// choose takes the best candidate, which is then no longer new.
func (x *explorer) choose(sp space, rng *rand.Rand) *script {
	best, most := (*script)(nil), -1.0
	for _, s := range x.candidates(sp, rng) {
		if v := x.seen.of(s); v > most {
			best, most = s, v
		}
	}
	x.seen.add(best)
	x.made.add(best.edges)
	return best
}

// candidates makes candidates in parallel, each with random numbers of its own.
func (x *explorer) candidates(sp space, rng *rand.Rand) []*script {
	list := make([]*script, x.Candidates)
	var all sync.WaitGroup
	for i := range list {
		own := rand.New(rand.NewPCG(rng.Uint64(), 0))
		all.Go(func() { list[i] = x.candidate(sp, own) })
	}
	all.Wait()
	return list
}

// candidate makes a random sequence, or changes one that has reached something new.
func (x *explorer) candidate(sp space, rng *rand.Rand) *script {
	made := maps.Clone(x.made) // what a candidate makes counts only when it is chosen
	if len(x.corpus) > 0 && rng.IntN(100) < x.Mutated {
		return x.corpus.change(sp, begin(x.Release), rng, made)
	}
	return random(sp, begin(x.Release), rng, made)
}

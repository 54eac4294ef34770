// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// guiding returns an explorer with that many candidates for each sequence, and its random
// numbers.
func guiding(candidates int) (*explorer, *rand.Rand) {
	x := &explorer{Options: options(0), made: coverage{}, seen: novelty{}}
	x.Candidates = candidates
	return x, rand.New(rand.NewPCG(1, 0))
}

// Of several candidates, the one that shows the most is taken.
func TestChoose(t *testing.T) {
	x, rng := guiding(5)
	known := played(t, "insmod klp_target", "hold old")
	for range 9 {
		x.seen.add(known)
	}
	y, same := guiding(5)
	y.seen = x.seen
	var most float64
	for _, s := range y.candidates(large(2), same) {
		most = max(most, y.seen.of(s))
	}
	if len(y.made) > 0 {
		t.Errorf("a candidate counts before it is chosen: %d transitions", len(y.made))
	}
	before := novelty{}
	before.add(known)
	for f := range before {
		before[f] = x.seen[f]
	}
	best := x.choose(large(2), rng)
	if got := before.of(best); got != most {
		t.Errorf("chosen: %v; the best: %v", got, most)
	}
	if x.seen.of(best) >= most || !x.made[best.lastEdge()] {
		t.Error("what was chosen is still new")
	}
}

// Chosen sequences show more of the model than random ones of as many commands.
func TestChosenShowMore(t *testing.T) {
	features := func(candidates int) int {
		x, rng := guiding(candidates)
		for commands := 0; commands < 300; {
			commands += overhead + len(x.choose(large(3), rng).commands)
		}
		return len(x.seen)
	}
	if chosen, random := features(10), features(1); chosen*100 < random*110 {
		t.Errorf("%d features, at random %d", chosen, random)
	}
}

// Once sequences have reached something new, some candidates change one of them.
func TestCandidatesChange(t *testing.T) {
	x, rng := guiding(1)
	const mark = "insmod klp_b states=7:7" // no random sequence has it
	x.corpus = corpus{{mark}, {mark}}
	for mutated, want := range map[int]bool{0: false, 100: true} {
		x.Mutated = mutated
		var marked bool
		for range 10 {
			marked = marked || slices.Contains(x.candidate(large(2), rng).ops, mark)
		}
		if marked != want {
			t.Errorf("%d of 100: changed %v", mutated, marked)
		}
	}
}

// With one candidate, the sequences are those for a kernel that does not count.
func TestOneCandidate(t *testing.T) {
	const sequences = 12
	asked, rep := deep(t, Options{Counting: Counting{Candidates: 1, Mutated: 50}}, sequences)
	if rep.Reached.Lines == 0 {
		t.Error("nothing was counted")
	}
	x := &explorer{Options: Options{Release: "6.12", Patches: 2, Seed: 1}}
	var random []string
	for ops := range x.sequences(t.Context()) {
		if q, ok := x.sequence(ops); ok {
			random = append(random, string(q.file))
		}
		if len(random) == len(asked) {
			break
		}
	}
	if d := cmp.Diff(random, asked); d != "" {
		t.Error(d)
	}
}

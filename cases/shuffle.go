// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"math/rand/v2"
	"slices"

	"github.com/klptest/klptest/cases/casefile"
)

// Shuffle returns the cases in a random order that the seed determines. Seed 0
// leaves them as they are.
func Shuffle(list []*casefile.Case, seed uint64) []*casefile.Case {
	list = slices.Clone(list)
	if seed != 0 {
		r := rand.New(rand.NewPCG(seed, 0))
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	return list
}

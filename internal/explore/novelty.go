// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/machine"
)

// featuresOf returns what an operation has done in the model, from coarse to fine: each
// line that the kernel logs, the answer to the operation with its parameters, and the
// transition that it has made. Names do not count.
func featuresOf(op string, ans machine.Answer, made string) []string {
	features := []string{made, withoutNames.Replace(op) + " " + ans.Errno}
	for _, r := range ans.Records {
		if r.Facility == 0 {
			features = append(features, kind(op)+": "+nameless(r.Text))
		}
	}
	return features
}

// withoutNames replaces the names of probes that are interchangeable.
var withoutNames = func() *strings.Replacer {
	var pairs []string
	for _, name := range probeNames {
		pairs = append(pairs, name, someProbe(name))
	}
	return strings.NewReplacer(pairs...)
}()

// overhead is what a sequence costs besides its commands, in commands: the kernel's
// counters are read, and everything is undone.
const overhead = 10

// novelty is how many sequences have had each feature.
type novelty map[string]int

// add counts the features of a sequence.
func (n novelty) add(s *script) {
	for _, f := range s.distinct() {
		n[f]++
	}
}

// of rates a sequence by the features that few or no sequences have had, relative to its
// cost.
func (n novelty) of(s *script) float64 {
	sum := 0.0
	for _, f := range s.distinct() {
		times := float64(1 + n[f])
		sum += 1 / (times * times)
	}
	return sum / float64(overhead+len(s.commands))
}

// distinct returns the features of a script, each once.
func (s *script) distinct() []string {
	return slices.Compact(slices.Sorted(slices.Values(s.features)))
}

// SPDX-License-Identifier: Apache-2.0

package explore

import "iter"

// starts are the beginnings of exhaustive sequences: nothing, and a task that
// will hold the first transition that it can.
var starts = [][]string{nil, {"insmod klp_target", "hold old"}}

// exhaustive yields the sequences of a space, breadth first, to a given depth
// after each start. Each operation is done once in each state of the model,
// reached by a shortest path: paths that lead to the same state are
// interchangeable, as names and ids are.
func exhaustive(sp space, release string, depth int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		seen := map[string]bool{}
		for _, ops := range starts {
			s, err := newScript(release)
			if err != nil || !s.follow(ops) {
				return
			}
			seen[s.m.Whole()] = true
		}
		level := starts
		for range depth {
			var next [][]string
			for _, path := range level {
				for _, ops := range extensions(sp, release, path) {
					s, err := newScript(release)
					if err != nil || !s.follow(ops) {
						continue
					}
					if !yield(ops) {
						return
					}
					if state := s.m.Whole(); !seen[state] {
						seen[state] = true
						next = append(next, ops)
					}
				}
			}
			level = next
		}
	}
}

// extensions returns a sequence extended by each operation that can come next.
func extensions(sp space, release string, path []string) [][]string {
	s, err := newScript(release)
	if err != nil || !s.follow(path) {
		return nil
	}
	var list [][]string
	for _, op := range sp.operations(s) {
		list = append(list, append(path[:len(path):len(path)], op))
	}
	return list
}

// survey returns the transitions of the model that the sequences cover, and the
// number of sequences. It stops early when enough is true.
func survey(sp space, release string, depth int, enough func() bool) (coverage, int) {
	c, n := coverage{}, 0
	for ops := range exhaustive(sp, release, depth) {
		if enough() {
			return c, 0
		}
		n++
		if s, err := newScript(release); err == nil && s.follow(ops) {
			c.add(s.edges)
		}
	}
	return c, n
}

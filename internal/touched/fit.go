// SPDX-License-Identifier: Apache-2.0

package touched

import "slices"

// maxOffset is how far from its line number a hunk is searched.
const maxOffset = 1000

// fit finds the hunks in a source, and returns the numbers of the changed lines. It
// reports false if a hunk is not found.
func fit(hunks []hunk, source []string) (numbers []int, ok bool) {
	offset := 0 // most hunks have the same offset as the previous one
	for _, h := range hunks {
		if offset, ok = find(h, source, offset); !ok {
			return nil, false
		}
		for _, p := range h {
			if p.changed {
				numbers = append(numbers, p.number+offset)
			}
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), true
}

// find searches for a hunk, nearest place first.
func find(h hunk, source []string, offset int) (int, bool) {
	for d := 0; d <= maxOffset; d++ {
		for _, o := range []int{offset + d, offset - d} {
			if h.at(source, o) {
				return o, true
			}
		}
	}
	return 0, false
}

func (h hunk) at(source []string, offset int) bool {
	for _, p := range h {
		if i := p.number + offset - 1; i < 0 || i >= len(source) || source[i] != p.text {
			return false
		}
	}
	return true
}

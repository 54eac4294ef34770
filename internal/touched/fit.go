// SPDX-License-Identifier: Apache-2.0

package touched

import "slices"

// maxOffset is how far away from its line number a hunk is looked for.
const maxOffset = 1000

// fit finds the hunks in a source, and returns the numbers of the changed lines. It
// reports false when a hunk is not there.
func fit(hunks []hunk, source []string) (numbers []int, ok bool) {
	offset := 0 // most hunks are as far off as the one before
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

// find looks for a hunk, the nearest place first.
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

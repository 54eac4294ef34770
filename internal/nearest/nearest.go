// SPDX-License-Identifier: Apache-2.0

package nearest

import (
	"fmt"
	"slices"
	"strings"
)

// maxNear is how many names are suggested at most.
const maxNear = 3

// DidYouMean returns an addition to a message about an unknown name: the
// nearest known names, if they are near enough.
func DidYouMean(name string, known []string) string {
	var near []string
	best := 3
	for _, k := range known {
		limit := min(best, max(1, len(k)/3))
		if max(len(name)-len(k), len(k)-len(name)) > limit {
			continue
		}
		d := editDistance(strings.ToLower(name), strings.ToLower(k))
		if d < best && d <= limit {
			best, near = d, nil
		}
		if d <= limit && len(near) < maxNear && !slices.Contains(near, k) {
			near = append(near, k)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
}

// editDistance counts the bytes to insert, delete or change.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"strings"
)

// didYouMean is what to add to a message about an unknown name; empty when no
// known one is near.
func didYouMean(name string, known []string) string {
	var near []string
	for _, k := range known {
		if len(near) < 3 && isNear(strings.ToLower(name), strings.ToLower(k)) {
			near = append(near, k)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
}

func isNear(a, b string) bool {
	limit := max(1, min(3, len(b)/3))
	return len(a) <= len(b)+limit && editDistance(a, b) <= limit
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

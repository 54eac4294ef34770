// SPDX-License-Identifier: Apache-2.0

package subsequence

// maxTable limits the work of Common. Of larger texts only the beginnings
// and ends are compared.
const maxTable = 1 << 22

// Match is a line that two texts have in common, by its index in each.
type Match struct{ Old, New int }

// Common returns a longest common subsequence of two texts.
func Common(a, b []string) []Match {
	var head, tail []Match
	lo := 0
	for lo < min(len(a), len(b)) && a[lo] == b[lo] {
		head = append(head, Match{lo, lo})
		lo++
	}
	x, y := len(a), len(b)
	for x > lo && y > lo && a[x-1] == b[y-1] {
		x, y = x-1, y-1
	}
	for i := range len(a) - x {
		tail = append(tail, Match{x + i, y + i})
	}
	for _, m := range middle(a[lo:x], b[lo:y]) {
		head = append(head, Match{lo + m.Old, lo + m.New})
	}
	return append(head, tail...)
}

// middle is the textbook algorithm: longest[i][j] is the length for a[i:] and b[j:].
func middle(a, b []string) []Match {
	if len(a)*len(b) > maxTable {
		return nil
	}
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			}
		}
	}
	var list []Match
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			list = append(list, Match{i, j})
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
	return list
}

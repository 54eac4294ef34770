// SPDX-License-Identifier: Apache-2.0

package printable

import "fmt"

// Count writes how many things there are: "1 case", "2 cases".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

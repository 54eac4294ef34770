// SPDX-License-Identifier: Apache-2.0

package printable

import "fmt"

// Size formats a number of bytes for people, in units of 1024.
func Size(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KB", bytes>>10)
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

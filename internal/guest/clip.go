// SPDX-License-Identifier: Apache-2.0

package guest

import "strings"

// CutNote is what follows a text that was cut.
const CutNote = "[cut: there is more]"

// Clip returns a text without the newlines at its end, or its first limit bytes
// and a note.
func Clip(data []byte, limit int) string {
	if len(data) > limit {
		return string(data[:limit]) + "\n" + CutNote
	}
	return strings.TrimRight(string(data), "\n")
}

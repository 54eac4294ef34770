// SPDX-License-Identifier: Apache-2.0

package guest

import "strings"

// CutNote follows a text that was cut.
const CutNote = "[cut: there is more]"

// Clip returns a text without its final newlines; a longer text becomes its
// first limit bytes and CutNote.
func Clip(data []byte, limit int) string {
	if len(data) > limit {
		return string(data[:limit]) + "\n" + CutNote
	}
	return strings.TrimRight(string(data), "\n")
}

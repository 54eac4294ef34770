// SPDX-License-Identifier: Apache-2.0

package printable

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean tells whether s is UTF-8 without control characters, as the name of a
// file or of a version should be.
func Clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

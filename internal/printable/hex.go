// SPDX-License-Identifier: Apache-2.0

package printable

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Hex replaces bytes that are not UTF-8, and those of characters that keep refuses,
// with \xNN.
func Hex(s string, keep func(rune) bool) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 || !keep(r) {
			for _, c := range []byte(s[:n]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

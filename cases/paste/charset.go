// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
	"unicode/utf8"
)

// windows1252 has the characters of the bytes 0x80 to 0x9f in Windows-1252. Above
// these, that code is Unicode. Five bytes have no character; plain removes them.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// toUTF8 reads each byte that is no UTF-8 as Windows-1252, in which editors and mailers
// still write quotes. The rest of the text may well be UTF-8: people join logs.
func toUTF8(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	table := []rune(windows1252)
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && n == 1 {
			if r = rune(text[0]); r < 0xa0 {
				r = table[r-0x80]
			}
		}
		b.WriteRune(r)
		text = text[n:]
	}
	return b.String()
}

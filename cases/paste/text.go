// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

var (
	entity = regexp.MustCompile(`&(?:#\d{2,5}|#x[0-9a-fA-F]{2,4}|quot|apos|lt|gt|amp|nbsp|lsquo|rsquo|ldquo|rdquo|hellip);`)
	tag    = regexp.MustCompile(`(?i)</?(?:pre|code|p|br|div|span|tt|blockquote|b|i|td|tr|table|html|body)(?: [^<>]*)?/?>`)

	// escapes matches terminals' escape sequences; spelled matches the rest of
	// one whose escape character was made visible.
	escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>]`)
	spelled = regexp.MustCompile(`(?:\^\[|␛)\[[0-9;]*[mK]`)

	printable    = regexp.MustCompile(`=(?:3D|20|09|22|27|5B|5D)`)
	printableEnd = regexp.MustCompile(`=\r?\n`)
	printableHex = regexp.MustCompile(`(?:=[0-9A-F]{2})+`)
)

// typography maps word processors' characters to plain ones.
var typography = strings.NewReplacer(
	"\u2018", "'", "\u2019", "'", "\u201a", "'", "\u201b", "'", "\u2032", "'", "\u00b4", "'",
	"\u201c", `"`, "\u201d", `"`, "\u201e", `"`, "\u00ab", `"`, "\u00bb", `"`,
	"\u00a0", " ", "\u202f", " ", "\u2007", " ", "\u3000", " ",
	"\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2212", "-", "\u2014", "--",
	"\u2026", "...", "\u2192", "->",
)

// readLines makes numbered lines of plain text.
func readLines(data []byte) []line {
	text := decode(data)
	if entity.MatchString(text) {
		text = html.UnescapeString(tag.ReplaceAllString(text, ""))
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	var list []line
	for raw := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		list = append(list, line{n: len(list) + 1, raw: raw, text: plain(raw)})
	}
	return list
}

// decode returns the text of a file as UTF-8. The file is a mail with declared encodings,
// or text: UTF-16 with a byte order mark, UTF-8 with or without one, or Windows-1252, and
// perhaps in a mail's quoted-printable.
func decode(data []byte) string {
	text := unmarked(string(data))
	if plain, ok := unmail(text); ok {
		return toUTF8(plain)
	}
	return toUTF8(guessed(text))
}

// unmarked reads what a byte order mark announces.
func unmarked(text string) string {
	switch {
	case strings.HasPrefix(text, "\xff\xfe"):
		text = fromUTF16([]byte(text[2:]), 1)
	case strings.HasPrefix(text, "\xfe\xff"):
		text = fromUTF16([]byte(text[2:]), 0)
	}
	return strings.TrimPrefix(text, "\ufeff")
}

// guessed undoes quoted-printable that no header declares.
func guessed(text string) string {
	if printable.MatchString(text) && printableEnd.MatchString(text) {
		return unprintable(text)
	}
	return text
}

func fromUTF16(data []byte, high int) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = uint16(data[2*i+high])<<8 | uint16(data[2*i+1-high])
	}
	return string(utf16.Decode(units))
}

// unprintable undoes quoted-printable (RFC 2045).
func unprintable(text string) string {
	text = printableEnd.ReplaceAllString(text, "")
	return printableHex.ReplaceAllStringFunc(text, func(s string) string {
		var out []byte
		for i := 0; i+2 < len(s); i += 3 {
			out = append(out, hexDigit(s[i+1])<<4|hexDigit(s[i+2]))
		}
		return string(out)
	})
}

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c - 'A' + 10
}

// plain removes characters that are not text, and blanks at the end.
func plain(s string) string {
	if isASCII(s) {
		return strings.TrimRight(s, " \t")
	}
	s = spelled.ReplaceAllString(escapes.ReplaceAllString(s, ""), "")
	s = typography.Replace(s)
	s = strings.Map(func(r rune) rune {
		if r != '\t' && !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimRight(s, " \t")
}

// isASCII reports whether plain would leave a line unchanged.
func isASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7f || c < ' ' && c != '\t' {
			return false
		}
	}
	return !strings.Contains(s, "^[[")
}

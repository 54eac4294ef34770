// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"cmp"
	"strings"
)

// compareVersions orders Debian package versions as dpkg does
// (deb-version(7)): epoch, upstream version, revision.
func compareVersions(a, b string) int {
	ae, au, ar := splitVersion(a)
	be, bu, br := splitVersion(b)
	return cmp.Or(compareParts(ae, be), compareParts(au, bu), compareParts(ar, br))
}

func splitVersion(v string) (epoch, upstream, revision string) {
	epoch, upstream, found := strings.Cut(v, ":")
	if !found {
		epoch, upstream = "0", v
	}
	if i := strings.LastIndexByte(upstream, '-'); i >= 0 {
		return epoch, upstream[:i], upstream[i+1:]
	}
	return epoch, upstream, "0"
}

// compareParts compares runs of non-digits and numbers in turn.
func compareParts(a, b string) int {
	for a != "" || b != "" {
		var ax, bx, an, bn string
		ax, a = span(a, notDigit)
		bx, b = span(b, notDigit)
		an, a = span(a, digit)
		bn, b = span(b, digit)
		if c := cmp.Or(compareText(ax, bx), compareNumbers(an, bn)); c != 0 {
			return c
		}
	}
	return 0
}

func compareText(a, b string) int {
	for i := range max(len(a), len(b)) {
		if c := cmp.Compare(rank(a, i), rank(b, i)); c != 0 {
			return c
		}
	}
	return 0
}

// rank orders "~" before the end, the end before letters, and letters before
// everything else.
func rank(s string, i int) int {
	switch {
	case i >= len(s):
		return 0
	case s[i] == '~':
		return -1
	case s[i] >= 'A' && s[i] <= 'Z', s[i] >= 'a' && s[i] <= 'z':
		return int(s[i])
	}
	return int(s[i]) + 256
}

func compareNumbers(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

func span(s string, in func(byte) bool) (run, rest string) {
	i := 0
	for i < len(s) && in(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

func digit(c byte) bool    { return '0' <= c && c <= '9' }
func notDigit(c byte) bool { return !digit(c) }

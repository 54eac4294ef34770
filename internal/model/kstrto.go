// SPDX-License-Identifier: Apache-2.0

package model

import (
	"math"
	"strings"

	"golang.org/x/sys/unix"
)

const erange = -int(unix.ERANGE)

// kstrtoull is the function of that name in lib/kstrtox.c, with base 0. It
// accepts a final newline.
func kstrtoull(s string) (uint64, int) {
	return parseInteger(strings.TrimPrefix(s, "+"))
}

// parseInteger accepts no sign: kstrtoull accepts only one.
func parseInteger(s string) (n uint64, ret int) {
	digits, base := strings.TrimSuffix(s, "\n"), uint64(10)
	if lower := strings.ToLower(digits); strings.HasPrefix(lower, "0x") && len(lower) > 2 && digit(lower[2]) < 16 {
		digits, base = digits[2:], 16
	} else if strings.HasPrefix(digits, "0") {
		base = 8
	}
	if digits == "" {
		return 0, einval
	}
	for i := range len(digits) {
		d := digit(digits[i])
		if d >= base {
			return 0, einval
		}
		if n > (math.MaxUint64-d)/base {
			ret = erange
		}
		n = n*base + d
	}
	return n, ret
}

// digit returns a digit's value, or a number too large for a digit.
func digit(c byte) uint64 {
	switch {
	case '0' <= c && c <= '9':
		return uint64(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return uint64(c|0x20-'a') + 10
	}
	return 99
}

func kstrtouint(s string) (uint32, int) {
	n, ret := kstrtoull(s)
	if ret == 0 && n > math.MaxUint32 {
		ret = erange
	}
	return uint32(n), ret
}

func kstrtoint(s string) (int, int) {
	abs, negative := strings.CutPrefix(s, "-")
	if !negative {
		abs = strings.TrimPrefix(s, "+")
	}
	n, ret := parseInteger(abs)
	switch {
	case ret != 0:
		return 0, ret
	case negative && n > -math.MinInt32 || !negative && n > math.MaxInt32:
		return 0, erange
	case negative:
		return -int(n), 0
	}
	return int(n), 0
}

// kstrtobool looks at the first one or two characters only.
func kstrtobool(s string) (value bool, ret int) {
	switch s += "\x00\x00"; strings.ToLower(s[:1]) {
	case "y", "t", "1":
		return true, 0
	case "n", "f", "0":
		return false, 0
	case "o":
		switch s[1] | 0x20 {
		case 'n':
			return true, 0
		case 'f':
			return false, 0
		}
	}
	return false, einval
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// units are the suffixes of a size, as dd(1) and QEMU have them: powers of
// 1024.
const units = "KMGT"

// parseSize reads a size in bytes, or with a unit.
func parseSize(text string) (int64, error) {
	digits, shift := text, 0
	if n := len(text); n > 0 {
		if i := strings.IndexByte(units, text[n-1]&^0x20); i >= 0 {
			digits, shift = text[:n-1], 10*(i+1)
		}
	}
	value, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || value < 0 || value > (1<<62)>>shift {
		return 0, blame.Userf("bad size %q: want a number, or one with K, M, G or T", text)
	}
	return value << shift, nil
}

// size writes a number of bytes for people.
func size(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KB", bytes>>10)
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

// SPDX-License-Identifier: Apache-2.0

package flags

import (
	"regexp"
	"strconv"
	"strings"
)

// sizeForm matches a size: a number, and a unit as people write it. Units are
// powers of 1024, as for dd(1) and QEMU.
var sizeForm = regexp.MustCompile(`(?i)^(\d{1,15}(?:\.\d{1,9})?)(?:([KMGT])(?:i?B)?)?$`)

// parseSize reads a size with its unit.
func parseSize(text string) (int64, error) {
	form := sizeForm.FindStringSubmatch(text)
	if form == nil {
		return 0, notOf["size"]
	}
	value, err := strconv.ParseFloat(form[1], 64)
	if form[2] == "" && value != 0 {
		return 0, notOf["size"] // a user who types 2 hardly means 2 bytes
	}
	if form[2] != "" {
		value *= float64(int64(1) << (10 * (1 + strings.Index("KMGT", strings.ToUpper(form[2])))))
	}
	if err != nil || value > 1<<62 {
		return 0, notOf["size"]
	}
	return int64(value), nil
}

// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"bytes"
	"slices"
	"strings"
)

// SetHeader sets a header in a case's file: it replaces the header with that
// key or, if there is none, adds one before the first section.
func SetHeader(data []byte, key, value string) []byte {
	lines := bytes.SplitAfter(data, []byte("\n"))
	header := []byte(key + ": " + value + "\n")
	last, end := 0, len(lines)
	for i, line := range lines {
		text := strings.TrimRight(string(line), "\n")
		if strings.HasPrefix(text, "-- ") {
			end = i
			break
		}
		if k, _, ok := splitHeader(text); ok && k == key && i > 0 {
			lines[i] = header
			return bytes.Join(lines, nil)
		}
		if strings.TrimSpace(text) != "" {
			last = i
		}
	}
	var add [][]byte
	if _, _, ok := splitHeader(strings.TrimRight(string(lines[last]), "\n")); !ok || last == 0 {
		add = append(add, []byte("\n"))
	}
	add = append(add, header, []byte("\n"))
	return bytes.Join(slices.Concat(lines[:last+1], add, lines[end:]), nil)
}

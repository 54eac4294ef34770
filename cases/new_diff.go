// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	// diffHead is the first line of a diff -u, behind a test runner's mark.
	diffHead  = regexp.MustCompile(`^(# )?--- \S`)
	hunkHead  = regexp.MustCompile(`^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@`)
	typedLine = regexp.MustCompile(`^% \S`)
)

// fromDiff returns the expected side of the first diff -u that has commands:
// check_result of the kernel's tools/testing/selftests/livepatch/functions.sh
// prints one between the expected and the actual transcript. Hunk headers are
// not believed, because people shorten diffs by hand.
func fromDiff(lines []string) (side []string, note string) {
	for i := range lines {
		d := readDiff(lines[i:])
		if d.hunks == 0 || !slices.ContainsFunc(d.expected, typedLine.MatchString) {
			continue
		}
		return d.expected, d.note()
	}
	return nil, ""
}

// unifiedDiff is what a diff -u says of one file.
type unifiedDiff struct {
	expected []string
	hunks    int
	late     bool // the first hunk does not begin with the first line
}

// readDiff reads the diff that begins with the first of the lines; it has no
// hunks if none does.
func readDiff(lines []string) (d unifiedDiff) {
	m := diffHead.FindStringSubmatch(lines[0])
	if m == nil || len(lines) < 3 || !strings.HasPrefix(lines[1], m[1]+"+++ ") {
		return d
	}
	for _, line := range lines[2:] {
		text, marked := strings.CutPrefix(line, m[1])
		if !marked || text == "" || !d.add(text) {
			break
		}
	}
	return d
}

// add takes a line, which is not empty, and tells whether it is the diff's.
func (d *unifiedDiff) add(line string) bool {
	if m := hunkHead.FindStringSubmatch(line); m != nil {
		d.late = d.late || d.hunks == 0 && m[1] != "1"
		d.hunks++
		return true
	}
	switch {
	case d.hunks == 0 || !strings.ContainsRune(` -+\`, rune(line[0])):
		return false
	case line[0] == ' ' || line[0] == '-':
		d.expected = append(d.expected, line[1:])
	}
	return true
}

func (d *unifiedDiff) note() string {
	note := "The expected side of a diff: its lines with ' ' and '-'; what came instead, '+', is left out."
	if d.hunks > 1 || d.late {
		note += fmt.Sprintf(" It shows parts only (hunks: %d): lines are missing here.", d.hunks)
	}
	return note
}

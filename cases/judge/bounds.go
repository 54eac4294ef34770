// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"strings"

	"github.com/klptest/klptest/cases/klog"
)

// The bounds of a report about one case: enough to see what is wrong, whatever
// the guest printed.
const (
	maxReasons = 40   // lines
	maxParts   = 200  // of a test
	maxDiff    = 400  // lines
	maxShown   = 1000 // bytes of a line
	maxCompare = 5000 // lines that a diff compares, from the first wrong one on
)

// fewReasons keeps the first reasons, and says how many more there are.
func fewReasons(all []string) []string {
	few := make([]string, 0, min(len(all), maxReasons+1))
	for i, reason := range all {
		if i == maxReasons {
			return append(few, fmt.Sprintf("and %d more", len(all)-maxReasons))
		}
		few = append(few, klog.Clip(reason, maxShown))
	}
	return few
}

// Bounded cuts a result that was made elsewhere down to what a report can show.
func Bounded(res Result) Result {
	res.Reasons, res.Subtests = fewReasons(res.Reasons), fewParts(res.Subtests)
	res.Diff, res.Tail = fewLines(clipped(res.Diff)), fewLines(clipped(res.Tail))
	return res
}

// fewParts keeps the first parts, and the number and worst verdict of the
// others.
func fewParts(all []Subtest) []Subtest {
	few := make([]Subtest, 0, min(len(all), maxParts+1))
	left := maxDiff // lines, of all parts together
	for i, part := range all {
		if i == maxParts {
			return append(few, rest(all[i:]))
		}
		part.Name, part.Reason = klog.Clip(part.Name, maxShown), klog.Clip(part.Reason, maxShown)
		if lines := clipped(part.Diff); left > 0 {
			part.Diff, left = fewLines(lines), left-len(lines)
		} else {
			part.Diff = ""
		}
		few = append(few, part)
	}
	return few
}

func rest(parts []Subtest) Subtest {
	r := Subtest{Name: fmt.Sprintf("and %d more", len(parts)), Verdict: Pass}
	for _, part := range parts {
		switch {
		case part.Verdict == Fail:
			r.Verdict = Fail
		case part.Verdict != Pass && r.Verdict == Pass:
			r.Verdict = part.Verdict
		}
	}
	return r
}

// clipped returns the lines of a text, each clipped to maxShown bytes.
func clipped(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if len(line) > maxShown {
			lines[i] = klog.Clip(line, maxShown) + "\n"
		}
	}
	return lines
}

// fewLines joins the first lines, and says how many more there are.
func fewLines(lines []string) string {
	if len(lines) > maxDiff {
		lines = append(lines[:maxDiff:maxDiff], fmt.Sprintf("… %d more lines\n", len(lines)-maxDiff))
	}
	return strings.Join(lines, "")
}

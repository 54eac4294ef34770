// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

const maxClip = 100 // bytes of a line in a headline

// shown is a line of a transcript.
type shown struct {
	text string
	at   int    // its line in the case's file
	when string // the conditions before it there; may be empty
}

// difference is the difference between a transcript and the expected one.
type difference struct {
	unified string // empty: there is none
	line    int    // of the case's file: the first wrong line
	text    string // the first wrong line, in words
	step    int    // the number of the command that it belongs to; the first is 1
	agreed  int    // lines before the first wrong one
	wanted  string // the line that is missing or different there; empty: nothing more is expected
}

// compare shows the difference, if any, as a unified diff with the first wrong
// line marked. Both transcripts have the same commands.
func compare(file string, want []shown, got []string) difference {
	i := 0
	for i < len(want) && i < len(got) && want[i].text == got[i] {
		i++
	}
	if i == len(want) && i == len(got) {
		return difference{agreed: i}
	}
	d := difference{step: commands(want[:i]), agreed: i}
	switch {
	case i == len(want) || isCommand(want[i].text) && i > 0: // more than expected
		d.line, d.text = want[i-1].at, "nothing more expected here; got: "+klog.Clip(got[i], maxClip)
	case i == len(got) || isCommand(got[i]):
		d.wanted = want[i].text
		d.line, d.text = want[i].at, "missing: "+klog.Clip(want[i].text, maxClip)
	default:
		d.wanted = want[i].text
		d.line, d.text = want[i].at, fmt.Sprintf("expected: %s; got: %s", klog.Clip(want[i].text, maxClip), klog.Clip(got[i], maxClip))
	}
	d.unified = mark(unified(file, want, got[:min(len(got), i+maxCompare)]), fmt.Sprintf("%s:%d", file, d.line))
	return d
}

// commands counts the commands in a transcript.
func commands(list []shown) (n int) {
	for _, l := range list {
		if isCommand(l.text) {
			n++
		}
	}
	return n
}

func isCommand(line string) bool { return strings.HasPrefix(line, machine.MarkerPrefix) }

func unified(file string, want []shown, got []string) string {
	var old strings.Builder
	for _, l := range want {
		old.WriteString(l.text + "\n")
	}
	text := diff.Diff(file+" (expected)", []byte(old.String()), "observed", []byte(joinLines(got)))
	_, body, _ := strings.Cut(string(text), "\n") // the line "diff OLD NEW"
	return withConditions(body, want)
}

// withConditions puts the conditions of expected lines back before them.
func withConditions(unified string, want []shown) string {
	var out strings.Builder
	next := 0 // of want
	for line := range strings.Lines(unified) {
		switch {
		case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
		case strings.HasPrefix(line, "@@"):
			if _, err := fmt.Sscanf(line, "@@ -%d", &next); err == nil {
				next-- // lines are counted from 1
			}
		case line[0] == '-' && next < len(want):
			line = "-" + want[next].when + line[1:]
			next++
		case line[0] == ' ':
			next++
		}
		out.WriteString(line)
	}
	return out.String()
}

func joinLines(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// mark points at the first changed line of a unified diff. The diff always
// matches a common beginning, so this is the first wrong line.
func mark(unified, where string) string {
	lines := clipped(unified)
	for i := 2; i < len(lines); i++ { // after the two lines of the head
		if strings.HasPrefix(lines[i], "-") || strings.HasPrefix(lines[i], "+") {
			lines[i] = strings.TrimSuffix(lines[i], "\n") + "    <-- " + where + "\n"
			break
		}
	}
	return fewLines(lines)
}

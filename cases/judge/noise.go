// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
)

// concerning keeps the entries of a folded log that say something about the case:
// markers, splats, lines of or about livepatch and the case's modules, and whatever the
// case expects. The rest is logged because of other services of the machine.
func concerning(list []klog.Entry, steps []casefile.Step, own map[string]bool) []klog.Entry {
	wanted := map[string]bool{}
	for _, s := range steps {
		for _, e := range s.Expect {
			wanted[e.Text] = e.Kind == casefile.Log || wanted[e.Text]
		}
	}
	var kept []klog.Entry
	for _, e := range list {
		if e.Marker || e.Splat || wanted[e.Line()] || e.Fold == "" && mentions(e.Text, own) {
			kept = append(kept, e)
		}
	}
	return kept
}

// mentions reports whether one of the names is a word of the text.
func mentions(text string, names map[string]bool) bool {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !isWord(r) }) {
		if names[word] {
			return true
		}
	}
	return false
}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

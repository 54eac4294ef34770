// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"strings"
)

// printedValue matches what the files of livepatches and modules contain.
var printedValue = regexp.MustCompile(`^-?\w{1,20}$`)

// print gives a line of output to the first of the files just shown that has
// none: each has one line.
func (t *teller) print(l line) *step {
	value := strings.TrimPrefix(l.text, "= ")
	for _, s := range t.asked {
		if s.op == opCat && s.printedAt == 0 && s.errno == "" && printedValue.MatchString(value) {
			s.printed, s.printedAt = value, l.n
			return s
		}
	}
	return nil
}

// answers returns the predicted lines of each step that is in the case.
func (d *draft) answers() map[*step][]string {
	list := map[*step][]string{}
	k := 0
	for _, c := range d.commands {
		if c.text == "" {
			continue
		}
		if c.step != nil && k < len(d.predicted.Steps) {
			list[c.step] = d.predicted.Steps[k]
		}
		k++
	}
	return list
}

// shownOutput returns the numbers of the lines of output that belong to commands
// of the case.
func (r *report) shownOutput() map[int]bool {
	list := map[int]bool{}
	for s := range r.answers() {
		list[s.printedAt] = true
	}
	return list
}

// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// A case is judged by its whole log and output, which stay in memory until
// then. Real ones have some kilobytes; these limits keep a hostile one from
// filling the host's memory.
const (
	MaxText  = 4 << 20 // bytes
	MaxLines = 50_000
)

// Volume is how much a guest has logged and printed.
type Volume struct{ text, lines int }

// Add counts an answer's output and records. It fails, permanently, when they
// exceed a case's limits.
func (v *Volume) Add(output string, records []Record) error {
	v.count(output)
	for _, r := range records {
		v.count(r.Text)
		v.lines++
	}
	if v.text > MaxText || v.lines > MaxLines {
		return Flooded()
	}
	return nil
}

func (v *Volume) count(text string) {
	v.text += len(text)
	v.lines += strings.Count(text, "\n")
}

// Flooded returns the error of a guest that has logged or printed too much. The
// kernel may be at fault, or the case's commands; it is unknown which, so it is
// an Error.
func Flooded() error {
	return &blame.Error{
		Party:   blame.Rig,
		Summary: "the guest floods its log or output: more than 4 MB, or 50000 lines, in one case",
		Advice:  "the full log shows what it wrote; split a case that means to write so much",
	}
}

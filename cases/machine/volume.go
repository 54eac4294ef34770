// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// A case is judged by all of its log and output, which stay in memory until
// then. Real ones have some kilobytes; these limits keep a hostile one from
// taking the host's memory.
const (
	MaxText  = 4 << 20 // bytes
	MaxLines = 50_000
)

// Volume is how much a guest has said.
type Volume struct{ text, lines int }

// Add counts an answer's output and records. It fails, for good, when they are
// more than a case may have.
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

// Flooded says that a guest has said more than a case may. The kernel may be
// at fault, or what the case has run: nothing tells. So it is an Error.
func Flooded() error {
	return &blame.Error{
		Party:   blame.Rig,
		Summary: "the guest floods its log or output: more than 4 MB, or 50000 lines, in one case",
		Advice:  "the full log shows what it wrote; split a case that means to write so much",
	}
}

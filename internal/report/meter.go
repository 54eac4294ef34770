// SPDX-License-Identifier: Apache-2.0

package report

import (
	"io"

	"github.com/klptest/klptest/internal/blame"
)

// A report may be untrusted. These limits bound the memory for reading it, which exceeds
// the size of its text: "{}" may become a structure.
var maxReport int64 = 256 << 20 // bytes of the text and of its values; tests lower it

const (
	maxPart   = 32 << 20 // bytes of text of a result, or of everything else in a run
	leastRead = 64 << 10 // bytes that may always be read at once
	perObject = 64       // bytes
	perValue  = 16       // in a list or an object, without its text
)

// meter reads JSON until it would use too much memory.
type meter struct {
	in      io.Reader
	cost    int64 // total so far
	part    int64 // text since the last call of next
	quoted  bool  // in a string
	escaped bool  // after a backslash in a string
	over    error // the limit that was exceeded
}

// next begins the next part.
func (m *meter) next() { m.part = 0 }

// Read implements [io.Reader].
func (m *meter) Read(p []byte) (int, error) {
	if m.over != nil {
		return 0, m.over
	}
	// Text that is read ahead counts toward this part, so it is limited to
	// the part's size so far.
	n, err := m.in.Read(p[:min(len(p), max(leastRead, int(m.part)))])
	m.part += int64(n)
	m.cost += int64(n)
	for _, c := range p[:n] {
		m.count(c)
	}
	switch {
	case m.cost > maxReport:
		m.over = blame.Userf("the report is larger than %d MB", maxReport>>20)
	case m.part > maxPart:
		m.over = blame.Userf("a part of the report is larger than %d MB", maxPart>>20)
	}
	return n, err
}

func (m *meter) count(c byte) {
	switch {
	case m.escaped:
		m.escaped = false
	case m.quoted:
		m.escaped, m.quoted = c == '\\', c != '"'
	case c == '"':
		m.quoted = true
	case c == '{':
		m.cost += perObject
	case c == '[' || c == ',':
		m.cost += perValue
	}
}

// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bufio"
	"bytes"
	"io"
)

// ReadBrief is [Read] without the observations, which are the largest part of a
// report. It takes a fraction of the time.
func ReadBrief(r io.Reader) ([]Document, error) {
	return Read(&brief{in: bufio.NewReaderSize(r, 1<<16), start: true})
}

// observationKey begins each line with an observation, as this package writes it. A
// JSON string contains no line feed, so nothing else can match.
var observationKey = []byte(`"observation": {`)

// brief reads JSON in which each observation that begins a line becomes null.
type brief struct {
	in      *bufio.Reader
	pending []byte // not yet read
	start   bool   // at the start of a line
	depth   int    // nesting depth in the omitted object
	quoted  bool   // in a string of that object
	escaped bool   // after a backslash in that string
}

// Read implements [io.Reader].
func (b *brief) Read(p []byte) (int, error) {
	for len(b.pending) == 0 {
		chunk, err := b.in.ReadSlice('\n')
		if len(chunk) == 0 && err != nil {
			return 0, err
		}
		b.pending = b.shorten(chunk)
	}
	n := copy(p, b.pending)
	b.pending = b.pending[n:]
	return n, nil
}

// shorten returns the rest of a line, or of a part of one, without an observation.
func (b *brief) shorten(chunk []byte) []byte {
	start := b.start
	b.start = chunk[len(chunk)-1] == '\n'
	if b.depth > 0 {
		return b.skip(chunk)
	}
	indent := len(chunk) - len(bytes.TrimLeft(chunk, " "))
	if !start || !bytes.HasPrefix(chunk[indent:], observationKey) {
		return chunk
	}
	value := indent + len(observationKey)
	b.depth = 1
	head := bytes.TrimSuffix(chunk[:value:value], []byte("{"))
	return append(append(bytes.Clone(head), "null"...), b.skip(chunk[value:])...)
}

// skip omits the rest of the current object, and returns what follows it.
func (b *brief) skip(chunk []byte) []byte {
	for i, c := range chunk {
		switch {
		case b.escaped:
			b.escaped = false
		case b.quoted && c == '\\':
			b.escaped = true
		case c == '"':
			b.quoted = !b.quoted
		case b.quoted:
		case c == '{':
			b.depth++
		case c == '}':
			if b.depth--; b.depth == 0 {
				return chunk[i+1:]
			}
		}
	}
	return nil
}

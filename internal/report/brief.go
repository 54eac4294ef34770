// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bufio"
	"bytes"
	"io"
)

// ReadBrief is [Read] without the observations, which are most of a report. It
// takes a fraction of the time.
func ReadBrief(r io.Reader) ([]Document, error) {
	return Read(&brief{in: bufio.NewReaderSize(r, 1<<16), start: true})
}

// observationKey is how a line begins that has an observation, as this package
// writes it. A line feed is never a part of a string in JSON, so that nothing else
// is taken for one.
var observationKey = []byte(`"observation": {`)

// brief is JSON in which each observation that begins a line is null.
type brief struct {
	in      *bufio.Reader
	pending []byte // is still to be read
	start   bool   // a line begins
	depth   int    // of the object that is left out
	quoted  bool   // in a string of that
	escaped bool   // after a backslash in it
}

// Read is of [io.Reader].
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

// shorten returns what is left of a line, or of a part of one.
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

// skip leaves out the object in which it is, and returns what follows.
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

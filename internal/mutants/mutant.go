// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"bytes"
	"errors"
	"fmt"
)

// Mutant is a change of one line of a source file.
type Mutant struct {
	Name     string
	File     string // relative to the kernel's tree
	After    string // text before the line; it occurs once, but the line may occur more often
	Original string // part of a line
	Mutated  string // replaces Original
	Breaks   string // the documented behaviour that this breaks
	Case     string // the shipped case that is known to find it, tried first
	Unseen   string // why upstream's tests still pass; empty: they fail
}

// errAnotherSource is the error of a mutant made for other kernel versions.
var errAnotherSource = errors.New("this kernel has no such line")

// Apply returns the file with the change.
func (m Mutant) Apply(source []byte) ([]byte, error) {
	if bytes.Count(source, []byte(m.After)) != 1 && m.After != "" {
		return nil, fmt.Errorf("%w: after %q in %s", errAnotherSource, m.After, m.File)
	}
	start := bytes.Index(source, []byte(m.After)) + len(m.After)
	at := bytes.Index(source[start:], []byte(m.Original))
	if at < 0 {
		return nil, fmt.Errorf("%w: %q in %s", errAnotherSource, m.Original, m.File)
	}
	at += start
	var b bytes.Buffer
	b.Write(source[:at])
	b.WriteString(m.Mutated)
	b.Write(source[at+len(m.Original):])
	return b.Bytes(), nil
}

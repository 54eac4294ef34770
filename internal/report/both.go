// SPDX-License-Identifier: Apache-2.0

package report

import (
	"io"

	"github.com/klptest/klptest/internal/blame"
)

// NewStatus makes a reporter that shows only a status line.
func NewStatus(w io.Writer, o HumanOptions) *Human {
	h := NewHuman(w, o)
	h.silent = true
	return h
}

// Both returns a reporter that passes a run to two reporters.
func Both(a, b Reporter) Reporter { return both{a, b} }

type both [2]Reporter

func (b both) Begin(p Provenance) error { return b.each(func(r Reporter) error { return r.Begin(p) }) }

func (b both) Start(name string) {
	for _, r := range b {
		r.Start(name)
	}
}

func (b both) Step(name, step string) {
	for _, r := range b {
		r.Step(name, step)
	}
}

func (b both) Case(o Outcome) error { return b.each(func(r Reporter) error { return r.Case(o) }) }

func (b both) End(e Ending) error { return b.each(func(r Reporter) error { return r.End(e) }) }

// each calls both, even if the first one fails.
func (b both) each(tell func(Reporter) error) error {
	return blame.Join(tell(b[0]), tell(b[1]))
}

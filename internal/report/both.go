// SPDX-License-Identifier: Apache-2.0

package report

import (
	"io"

	"github.com/klptest/klptest/internal/blame"
)

// NewStatus makes a reporter that shows a status line, and nothing else.
func NewStatus(w io.Writer, o HumanOptions) *Human {
	h := NewHuman(w, o)
	h.silent = true
	return h
}

// Both tells two reporters of a run.
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

// each tells both, whatever the first one says.
func (b both) each(tell func(Reporter) error) error {
	return blame.Join(tell(b[0]), tell(b[1]))
}

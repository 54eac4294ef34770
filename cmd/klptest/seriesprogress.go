// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/series"
)

// seriesProgress tells what each patch does as soon as that is known, and keeps the faults
// of patches, which are not results of cases.
type seriesProgress struct {
	a       *app
	k       *kept
	patches []series.Patch
	done    []series.Step
	lost    error // what could not be kept
}

// label numbers the step that is tried.
func (p *seriesProgress) label(name string) string {
	return fmt.Sprintf("%d/%d %s", len(p.done), len(p.patches), name)
}

// begin names what is kept of the next step.
func (p *seriesProgress) begin(name string) {
	p.k.next(p.label(name))
	p.k.prefixed(fmt.Sprintf("%d-", len(p.done)))
}

// tell is called after each step.
func (p *seriesProgress) tell(s series.Step) {
	label := p.label(s.Name)
	if r, ok := faultOf(p.label(""), s); ok {
		p.lost = blame.Join(p.lost, p.k.fault(label, r))
	}
	p.done = append(p.done, s)
	p.a.notice(label + ": " + series.Summary(p.done))
	if n := len(p.done); n <= len(p.patches) {
		p.begin(p.patches[n-1].Subject)
	}
}

// SPDX-License-Identifier: Apache-2.0

package saved

import (
	"context"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

// replay is a machine that gives the answers that a text shows.
type replay struct {
	facts   machine.Facts
	answers []machine.Answer
	end     machine.EndState
}

var _ machine.Machine = (*replay)(nil)

func (r *replay) Facts(context.Context, []string) (machine.Facts, error) { return r.facts, nil }

func (r *replay) Begin(context.Context) error { return nil }

func (r *replay) Step(context.Context, machine.Command, time.Duration) (machine.Answer, error) {
	if len(r.answers) == 0 {
		return machine.Answer{}, blame.Rigf("the text has no answer to it")
	}
	next := r.answers[0]
	r.answers = r.answers[1:]
	return next, nil
}

func (r *replay) End(context.Context) (machine.EndState, error) { return r.end, nil }

// answer is what a command has left in the text.
type answer struct {
	records []string // without their marker
	output  []string
	errno   string
}

// of converts the answer to a machine's.
func (a answer) of(s casefile.Step) machine.Answer {
	m := machine.Answer{Errno: a.errno, Records: []machine.Record{{Facility: 1, Text: s.Command.Marker()}}}
	for _, text := range a.records {
		m.Records = append(m.Records, machine.Record{Text: text})
	}
	for _, line := range a.output {
		m.Output += line + "\n"
	}
	return m
}

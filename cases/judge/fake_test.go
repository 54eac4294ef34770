// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/klptest/klptest/cases/machine"
)

// fakeMachine answers from a script: the log and the outcome of each command.
type fakeMachine struct {
	facts   machine.Facts
	answers map[string]fakeAnswer // by the command's text
	end     machine.EndState
	broken  map[string]error // by the method
	hang    string           // a command that waits for ctx

	calls  []string
	limits []time.Duration
	attrs  []string
}

type fakeAnswer struct {
	log    []string
	errno  string
	output string
	stall  *machine.Stall
	err    error

	starved bool // the host has starved the machine so far
}

var errUnplugged = errors.New("unplugged")

func (m *fakeMachine) Facts(_ context.Context, attrs []string) (machine.Facts, error) {
	m.calls, m.attrs = append(m.calls, "Facts"), attrs
	return m.facts, m.broken["Facts"]
}

func (m *fakeMachine) Begin(context.Context) error {
	m.calls = append(m.calls, "Begin")
	return m.broken["Begin"]
}

func (m *fakeMachine) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	m.calls, m.limits = append(m.calls, "% "+cmd.Text), append(m.limits, limit)
	if cmd.Text == m.hang {
		<-ctx.Done()
		return machine.Answer{}, ctx.Err()
	}
	f := m.answers[cmd.Text]
	a := machine.Answer{Output: f.output, Errno: f.errno, Stall: f.stall, Starved: f.starved}
	a.Records = append(a.Records, machine.Record{Facility: 1, Text: "% " + cmd.Text})
	for _, line := range f.log {
		a.Records = append(a.Records, machine.Record{Text: line})
	}
	return a, f.err
}

func (m *fakeMachine) End(context.Context) (machine.EndState, error) {
	m.calls = append(m.calls, "End")
	return m.end, m.broken["End"]
}

// commands returns the steps that were requested.
func (m *fakeMachine) commands() []string {
	return slices.DeleteFunc(slices.Clone(m.calls), func(s string) bool { return s[0] != '%' })
}

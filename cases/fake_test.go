// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"context"
	"errors"
	"slices"
	"time"
)

// fakeMachine answers from a script: what each command logs and comes to.
type fakeMachine struct {
	facts   Facts
	answers map[string]fakeAnswer // by the command's text
	end     EndState
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
	stall  *Stall
	err    error
}

var errUnplugged = errors.New("unplugged")

func (m *fakeMachine) Facts(_ context.Context, attrs []string) (Facts, error) {
	m.calls, m.attrs = append(m.calls, "Facts"), attrs
	return m.facts, m.broken["Facts"]
}

func (m *fakeMachine) Begin(context.Context) error {
	m.calls = append(m.calls, "Begin")
	return m.broken["Begin"]
}

func (m *fakeMachine) Step(ctx context.Context, cmd Command, limit time.Duration) (Answer, error) {
	m.calls, m.limits = append(m.calls, "% "+cmd.Text), append(m.limits, limit)
	if cmd.Text == m.hang {
		<-ctx.Done()
		return Answer{}, ctx.Err()
	}
	f := m.answers[cmd.Text]
	a := Answer{Output: f.output, Errno: f.errno, Stall: f.stall}
	a.Records = append(a.Records, Record{Facility: 1, Text: "% " + cmd.Text})
	for _, line := range f.log {
		a.Records = append(a.Records, Record{Text: line})
	}
	return a, f.err
}

func (m *fakeMachine) End(context.Context) (EndState, error) {
	m.calls = append(m.calls, "End")
	return m.end, m.broken["End"]
}

// commands are the steps that were asked for.
func (m *fakeMachine) commands() []string {
	return slices.DeleteFunc(slices.Clone(m.calls), func(s string) bool { return s[0] != '%' })
}

// SPDX-License-Identifier: Apache-2.0

package machinetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/machine"
)

// Cmd makes a command from its words.
func Cmd(verb machine.Verb, args ...string) machine.Command {
	return machine.Command{Text: string(verb) + " " + strings.Join(args, " "), Verb: verb, Args: args}
}

// Texts returns the texts of records.
func Texts(records []machine.Record) []string {
	var out []string
	for _, r := range records {
		out = append(out, r.Text)
	}
	return out
}

// stepper is the agent, or the client of one.
type stepper interface {
	Step(context.Context, machine.Command, time.Duration) (machine.Answer, error)
}

func Step(t testing.TB, m stepper, c machine.Command) machine.Answer {
	t.Helper()
	ans, err := m.Step(context.Background(), c, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return ans
}

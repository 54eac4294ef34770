// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/nearest"
)

// maxCall is more calls than a command makes: a fault's number fits into 16 bits.
const maxCall = 1<<16 - 1

// faultArgs reads fail's arguments: a function, and which call of it fails.
func faultArgs(rest string) ([]string, error) {
	args := strings.Fields(rest)
	if len(args) != 2 {
		return nil, errUsage
	}
	if !slices.Contains(machine.Faults, args[0]) {
		return nil, fmt.Errorf("fail knows no function %q%s; it knows %s",
			args[0], nearest.DidYouMean(args[0], machine.Faults), strings.Join(machine.Faults, ", "))
	}
	if n, err := strconv.Atoi(args[1]); err != nil || n < 1 || n > maxCall {
		return nil, fmt.Errorf("%q is not the number of a call: 1 is the first call of %s, and %d the last that can fail", args[1], args[0], maxCall)
	}
	return args, nil
}

// faults finds faults that no command can trigger. The next command must run on every
// kernel on which the fault is set.
func (p *problems) faults(steps []Step) {
	for i, s := range steps {
		switch {
		case s.Command.Verb != machine.Fail:
		case i+1 == len(steps):
			p.add(s.Line, "fail is about the next command, and there is none")
		case steps[i+1].Command.Verb == machine.Fail:
			p.add(s.Line, "fail is about the next command, which is another fail: only one call can fail at a time")
		case !slices.Equal(steps[i+1].When, s.When):
			p.add(s.Line, "fail is about the next command, which must have the same conditions")
		}
	}
}

// faulty reports whether a step makes a call fail.
func (c *Case) faulty() bool {
	return slices.ContainsFunc(c.Steps, func(s Step) bool { return s.Command.Verb == machine.Fail })
}

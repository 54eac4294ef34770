// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

// conditional matches conditions before a line.
var conditional = regexp.MustCompile(`^\[([^\]]*)\][ \t]*`)

// Prefix returns the conditions before a line as the file has them; it is empty
// when there are none.
func Prefix(line []byte) []byte { return conditional.Find(line) }

// transcript reads the script.
func (p *problems) transcript(s section) []Step {
	p.checkMarkers(s)
	var steps []Step
	s.lines(func(n int, line string) {
		line = strings.TrimRight(line, " \t")
		if line == "" || line[0] == '#' || strings.HasPrefix(line, "-- ") {
			return
		}
		when, rest, err := splitConditions(line)
		if err != nil {
			p.add(n, "%v", err)
			return
		}
		if rest[0] == '%' {
			step, err := parseStep(rest)
			if err != nil {
				p.add(n, "%v", err)
			}
			step.Line, step.When = n, when
			steps = append(steps, step)
			return
		}
		if err := expect(steps, Expected{Line: n, When: when}, rest); err != nil {
			p.add(n, "%v", err)
		}
	})
	p.faults(steps)
	return steps
}

// splitConditions splits a line into its conditions and the rest.
func splitConditions(line string) ([]Condition, string, error) {
	if line[0] != '[' {
		return nil, line, nil
	}
	m := conditional.FindStringSubmatch(line)
	if m == nil {
		return nil, "", errors.New(`a condition needs a closing ] (a log line that begins with [ is written \[…)`)
	}
	rest := line[len(m[0]):]
	when, err := parseConditions(m[1])
	switch {
	case err != nil:
		return nil, "", fmt.Errorf(`%w (a log line that begins with [ is written \[…; klptest new removes time stamps)`, err)
	case rest == "":
		return nil, "", errors.New("a condition must be followed by a line")
	case rest[0] == '[':
		return nil, "", errors.New("conditions are joined by commas: [A, B]")
	case rest[0] == '#':
		return nil, "", errors.New("a comment cannot have a condition")
	}
	return when, rest, nil
}

func parseStep(line string) (Step, error) {
	text, ok := strings.CutPrefix(line, machine.MarkerPrefix)
	if text = strings.TrimSpace(text); !ok || text == "" {
		return Step{}, errors.New("a command is written: % COMMAND")
	}
	c, err := ParseCommand(text)
	return Step{Command: c}, err
}

// expect adds a line to the last step.
func expect(steps []Step, e Expected, line string) error {
	var err error
	if e.Kind, e.Text, err = parseExpected(line); err != nil {
		return err
	}
	if len(steps) == 0 {
		return errors.New("there is no command above this line")
	}
	last := &steps[len(steps)-1]
	if e.Kind == Errno && slices.ContainsFunc(last.Expect, e.contradicts) {
		return errors.New("a command can fail with only one errno")
	}
	last.Expect = append(last.Expect, e)
	return nil
}

// contradicts reports whether both errnos would be expected on every kernel.
func (e Expected) contradicts(f Expected) bool {
	return f.Kind == Errno && len(e.When) == 0 && len(f.When) == 0
}

// parseExpected returns a line's kind and its canonical text.
func parseExpected(line string) (Kind, string, error) {
	switch {
	case strings.HasPrefix(line, klog.FoldPrefix):
		return Log, line, klog.CheckFold(line)
	case line[0] == '\\':
		return Log, klog.LogLine(line[1:]), nil
	case line[0] == '=':
		if line != "=" && line[1] != ' ' {
			return 0, "", errors.New(`output is written: = TEXT (a log line that begins with = is written \=…)`)
		}
		return Output, line, nil
	case line[0] == '!':
		name, err := klog.ParseErrno(strings.TrimSpace(line[1:]))
		return Errno, "! " + name, err
	}
	return Log, klog.LogLine(line), nil
}

// SPDX-License-Identifier: Apache-2.0

package model

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/blame"
)

// Predict returns the transcript that a kernel of a release makes of a case's
// commands. What the case expects is not looked at. The error, the user's,
// tells why there is none.
func Predict(ctx context.Context, release string, c *cases.Case) (string, error) {
	m, err := New(release)
	if err != nil {
		return "", err
	}
	if line, why := beyond(c); why != "" {
		return "", blame.Userf("%s:%d: the model does not have %s", c.File, line, why)
	}
	res := cases.Run(ctx, m, commandsOf(c))
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case m.k.gaveUp != nil, res.Verdict == cases.Skip, slices.ContainsFunc(res.Observation.Answers, stalls):
		return "", blame.Userf("%s: %s", c.File, strings.Join(res.Reasons, "; "))
	}
	return res.Observed, nil
}

// stalls tells whether what comes after an answer is not reached.
func stalls(ans cases.Answer) bool { return ans.Stall != nil }

// commandsOf is the case without what it expects.
func commandsOf(c *cases.Case) *cases.Case {
	bare := *c
	bare.Steps = slices.Clone(c.Steps)
	for i := range bare.Steps {
		bare.Steps[i].Expect = nil
	}
	return &bare
}

// beyond tells what in a case no model can answer, and in which line it is.
func beyond(c *cases.Case) (line int, why string) {
	for _, s := range c.Steps {
		if s.Command.Verb == cases.Sh {
			return s.Line, "sh"
		}
	}
	if len(c.Sources) > 0 {
		return c.Sources[0].Line, "modules of a case's own"
	}
	return 0, ""
}

// Check runs a case on the model of each kernel that it or the model tells
// from others, and returns where the transcripts differ. What the model cannot
// answer is no problem.
func Check(ctx context.Context, c *cases.Case) []cases.Problem {
	if _, why := beyond(c); why != "" {
		return nil
	}
	var list []cases.Problem
	for _, release := range releases(c) {
		if p := check(ctx, release, c); p != nil && !slices.ContainsFunc(list, func(q cases.Problem) bool { return q.Line == p.Line }) {
			list = append(list, *p)
		}
	}
	return list
}

// releases are the kernels for which a case's transcripts may differ.
func releases(c *cases.Case) []string {
	list := slices.Clone(Releases)
	add := func(conditions []cases.Condition) {
		for _, cond := range conditions {
			if _, err := factsOf(cond.Value); cond.Fact == "kernel" && err == nil && !slices.Contains(list, cond.Value) {
				list = append(list, cond.Value)
			}
		}
	}
	for _, s := range c.Steps {
		add(s.When)
		for _, e := range s.Expect {
			add(e.When)
		}
	}
	return list
}

func check(ctx context.Context, release string, c *cases.Case) *cases.Problem {
	m, err := New(release)
	if err != nil {
		return nil
	}
	res := cases.Run(ctx, m, c)
	if res.Verdict == cases.Pass || res.Verdict == cases.Skip || m.k.gaveUp != nil {
		return nil
	}
	f := cases.Judge(c, res.Observation)
	line := max(f.Line, c.Steps[0].Line)
	reason := strings.TrimPrefix(res.Reasons[0], fmt.Sprintf("%s:%d: ", c.File, f.Line))
	return &cases.Problem{File: c.File, Line: line, Text: fmt.Sprintf("the model of Linux %s differs: %s", release, reason)}
}

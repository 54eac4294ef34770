// SPDX-License-Identifier: Apache-2.0

package model

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

// Prediction is the predicted outcome of a case's commands.
type Prediction struct {
	Transcript string
	Steps      [][]string // for each command that runs on that kernel, the lines after it
	Taints     uint64     // taint bits that need the header Taints
	Leaves     []string   // modules that are still loaded at the end
	Enabled    []string   // livepatches that are enabled at the end, oldest first

	observation judge.Observation
}

// Predict returns the transcript of a case's commands on a kernel of a release.
// The case's own expected lines are ignored. The error is the user's, and says
// why there is no transcript.
func Predict(ctx context.Context, release string, c *casefile.Case) (string, error) {
	p, err := Foresee(ctx, release, c)
	return p.Transcript, err
}

// Foresee is Predict with everything that the model knows about the end.
func Foresee(ctx context.Context, release string, c *casefile.Case) (Prediction, error) {
	m, err := New(release)
	if err != nil {
		return Prediction{}, err
	}
	if line, why := beyond(c); why != "" {
		return Prediction{}, blame.Userf("%s:%d: the model does not cover %s", c.File, line, why)
	}
	res := judge.Run(ctx, m, commandsOf(c))
	switch {
	case ctx.Err() != nil:
		return Prediction{}, context.Cause(ctx)
	case m.k.gaveUp != nil, res.Verdict == judge.Skip, slices.ContainsFunc(res.Observation.Answers, stalls):
		return Prediction{}, blame.Userf("%s: %s", c.File, strings.Join(res.Reasons, "; "))
	}
	end := res.Observation.End
	p := Prediction{res.Observed, stepLines(res.Observed), end.Taint, end.Modules, nil, res.Observation}
	for _, patch := range m.k.patches {
		p.Enabled = append(p.Enabled, patch.mod.name)
	}
	return p, nil
}

// Complete returns the file of a case with its expected lines replaced by the
// predicted ones, and with the headers that these lines need.
func Complete(ctx context.Context, release string, data []byte, c *casefile.Case) ([]byte, error) {
	p, err := Foresee(ctx, release, c)
	if err != nil {
		return nil, err
	}
	if p.Taints&^c.Taints != 0 {
		data = casefile.SetHeader(data, "Taints", machine.TaintHeader(p.Taints|c.Taints))
	}
	if slices.ContainsFunc(p.Leaves, func(name string) bool { return !slices.Contains(c.Leaves, name) }) {
		data = casefile.SetHeader(data, "Leaves", strings.Join(p.Leaves, ", "))
	}
	with, err := casefile.Parse(c.File, data)
	if err != nil {
		return nil, err
	}
	return judge.Rewrite(data, with, p.observation), nil
}

// stepLines divides the lines of a transcript among its commands.
func stepLines(transcript string) (steps [][]string) {
	for line := range strings.Lines(transcript) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "% ") {
			steps = append(steps, nil)
		} else if n := len(steps); n > 0 {
			steps[n-1] = append(steps[n-1], line)
		}
	}
	return steps
}

// stalls tells whether the commands after an answer are not reached.
func stalls(ans machine.Answer) bool { return ans.Stall != nil }

// commandsOf returns the case without its expected lines.
func commandsOf(c *casefile.Case) *casefile.Case {
	bare := *c
	bare.Steps = slices.Clone(c.Steps)
	for i := range bare.Steps {
		bare.Steps[i].Expect = nil
	}
	return &bare
}

// beyond names the first thing in a case that the model does not cover, and its
// line.
func beyond(c *casefile.Case) (line int, why string) {
	for _, s := range c.Steps {
		if s.Command.Verb == machine.Sh {
			return s.Line, "sh"
		}
	}
	if len(c.Sources) > 0 {
		return c.Sources[0].Line, "modules of a case's own"
	}
	return 0, ""
}

// Check runs a case on the model of each kernel for which the case or the model
// has a difference, and returns the differences of the transcripts. A command
// that the model does not cover is no problem.
func Check(ctx context.Context, c *casefile.Case) []casefile.Problem {
	if _, why := beyond(c); why != "" {
		return nil
	}
	var list []casefile.Problem
	for _, release := range releases(c) {
		if p := check(ctx, release, c); p != nil && !slices.ContainsFunc(list, func(q casefile.Problem) bool { return q.Line == p.Line }) {
			list = append(list, *p)
		}
	}
	slices.SortStableFunc(list, func(p, q casefile.Problem) int { return p.Line - q.Line })
	return list
}

// Unending finds a command that would wait for ever. That is the case's fault
// on any kernel.
func Unending(ctx context.Context, c *casefile.Case) []casefile.Problem {
	if _, why := beyond(c); why != "" {
		return nil
	}
	m, err := New(Releases[len(Releases)-1])
	if err != nil {
		return nil
	}
	res := judge.Run(ctx, m, commandsOf(c))
	i := slices.IndexFunc(res.Observation.Answers, stalls)
	if i < 0 || i >= len(c.Steps) || m.k.gaveUp != nil {
		return nil
	}
	s := c.Steps[i]
	why := "the transition cannot end"
	if tasks := res.Observation.Answers[i].Stall.Tasks; len(tasks) > 0 {
		why += ": " + tasks[0].Comm + " holds it"
	}
	return []casefile.Problem{{File: c.File, Line: s.Line, Text: why + "; end the command in &, and release the task later"}}
}

func check(ctx context.Context, release string, c *casefile.Case) *casefile.Problem {
	m, err := New(release)
	if err != nil {
		return nil
	}
	res := judge.Run(ctx, m, c)
	if res.Verdict == judge.Pass || res.Verdict == judge.Skip || m.k.gaveUp != nil {
		return nil
	}
	f := judge.Judge(c, res.Observation)
	line := max(f.Line, c.Steps[0].Line)
	reason := strings.TrimPrefix(res.Reasons[0], fmt.Sprintf("%s:%d: ", c.File, f.Line))
	return &casefile.Problem{File: c.File, Line: line, Text: fmt.Sprintf("the model of Linux %s differs: %s", release, reason)}
}

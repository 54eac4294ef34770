// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"context"
	"io"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// Run judges the two ends, unless that is done, and lets git search between them;
// the output of steps goes to out. It ends when the commit is found or cannot be
// found, or when ctx ends; then the search can be resumed. An end that does not
// have the mark that the user gave it is an error.
func (s *Session) Run(ctx context.Context, out io.Writer) (*Answer, error) {
	lines := &lineWriter{w: out}
	defer lines.end()
	if err := s.judgeEnds(ctx, lines); err != nil {
		return nil, err
	}
	answer, err := s.answer(ctx)
	if err == nil && !answer.decided() {
		answer, err = s.search(ctx, lines)
	}
	if err != nil {
		return nil, err
	}
	return answer, s.forget(ctx)
}

func (s *Session) search(ctx context.Context, out io.Writer) (*Answer, error) {
	run := s.tree.Command(append([]string{"bisect", "run"}, s.q.Step...)...)
	run.Steps = true // the steps are klptest's own
	run.Stdout, run.Stderr = out, out
	runErr := run.Run(ctx)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	answer, err := s.answer(ctx)
	if err == nil && !answer.decided() {
		err = stopped(runErr)
	}
	return answer, err
}

// stopped returns the error of a search that a step has ended.
func stopped(err error) error {
	return &blame.Error{Summary: "the search has stopped", Advice: "fix the problem and give the same command again: it continues from here", Err: err}
}

// Answer is the result of a search.
type Answer struct {
	First    string   // the first bad commit; empty: inconclusive
	Possible []string // the candidates, when some of them were skipped
	Notes    []Note   // the findings of the steps
}

func (a *Answer) decided() bool { return a.First != "" || len(a.Possible) > 0 }

// answer returns what is known so far.
func (s *Session) answer(ctx context.Context) (*Answer, error) {
	log, err := s.tree.Git(ctx, "bisect", "log")
	if err != nil {
		return nil, err
	}
	answer := parseLog(log)
	answer.Notes, err = readNotes(NotesIn(s.tree.Dir))
	return answer, err
}

// parseLog reads the last lines of git bisect log:
//
//	# first bad commit: [SHA] subject
//	# possible first bad commit: [SHA] subject
func parseLog(log string) *Answer {
	a := &Answer{}
	for line := range strings.Lines(log) {
		if rest, ok := strings.CutPrefix(line, "# first bad commit: ["); ok {
			a.First, _, _ = strings.Cut(rest, "]")
		}
		if rest, ok := strings.CutPrefix(line, "# possible first bad commit: ["); ok {
			sha, _, _ := strings.Cut(rest, "]")
			a.Possible = append(a.Possible, sha)
		}
	}
	return a
}

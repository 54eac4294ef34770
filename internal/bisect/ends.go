// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
)

// end is one of the two commits that bound a search.
type end struct {
	commit string
	mark   Mark   // the mark that the user gave it
	advice string // if it has another mark
}

// ends returns the ends in the order in which they are judged. The bad end comes
// first: one step then shows that the ends are exchanged, or that the cases pass
// on both.
func (q Question) ends() []end {
	return []end{
		{q.Bad, Bad, "give a --bad on which the cases fail, or cases that fail there"},
		{q.Good, Good, "give a --good on which the cases pass"},
	}
}

// judgeEnds judges each end and tells git about it. An end that git knows already
// is not judged again. A search between wrong ends would still end at some
// commit.
func (s *Session) judgeEnds(ctx context.Context, out io.Writer) error {
	log, err := s.tree.Git(ctx, "bisect", "log")
	if err != nil {
		return err
	}
	for _, e := range s.q.ends() {
		if strings.Contains(log, fmt.Sprintf("git bisect %s %s", e.mark, e.commit)) {
			continue
		}
		if err := s.judgeEnd(ctx, out, e); err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) judgeEnd(ctx context.Context, out io.Writer, e end) error {
	if err := s.tree.Checkout(ctx, e.commit); err != nil {
		return err
	}
	status, err := s.tree.Step(ctx, out, s.q.Step)
	if err != nil {
		return err
	}
	got, ok := markOf(status)
	switch {
	case !ok:
		return stopped(fmt.Errorf("exit status %d", status))
	case got != e.mark:
		return s.refuse(ctx, e, got)
	}
	_, err = s.tree.Git(ctx, "bisect", string(e.mark), e.commit)
	return err
}

// markOf returns the mark that git bisect run derives from a step's exit status.
// If ok is false, the status ends the search.
func markOf(status int) (m Mark, ok bool) {
	switch {
	case status == exit.BisectGood:
		return Good, true
	case status == exit.BisectSkip:
		return Skip, true
	}
	return Bad, status > 0 && status < 128
}

// refuse ends a search because one of its ends does not have the mark that the
// user gave it.
func (s *Session) refuse(ctx context.Context, e end, got Mark) error {
	answer, err := s.answer(ctx)
	if err != nil {
		return err
	}
	is := map[Mark]string{Good: "is good", Bad: "is bad", Skip: "cannot be judged"}[got]
	refusal := &blame.Error{Summary: fmt.Sprintf("nothing was searched: --%s %.12s %s", e.mark, e.commit, is), Advice: e.advice}
	if why := answer.Of(e.commit).Why; why != "" {
		refusal.Err = errors.New(why)
	}
	return blame.Join(refusal, s.forget(ctx))
}

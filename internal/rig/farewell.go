// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/machine"
)

const lastLook = time.Minute // for the last look at a machine, at the end of a run

// farewell looks at the machine for the last time, and reports what is left there. After
// an interrupted run, it needs a new session.
func (s *solo) farewell() string {
	ctx, cancel := context.WithTimeout(context.Background(), lastLook)
	defer cancel()
	left, taint, err := s.remains(ctx)
	if s.now != nil {
		s.now.Close()
	}
	if err != nil {
		return fmt.Sprintf("what is left loaded on %s is not known: %v", s.to, err)
	}
	return fmt.Sprintf("left loaded on %s: %s", s.to, summary(left, taint))
}

func (s *solo) remains(ctx context.Context) (left []string, taint uint64, err error) {
	if s.now != nil && !s.now.alive() {
		s.now.Close()
		s.now = nil
	}
	if s.now == nil {
		if _, err := s.connect(ctx); err != nil {
			return nil, 0, err
		}
	}
	if left, err = s.tidy(ctx); err != nil {
		return nil, 0, err
	}
	last, err := s.now.agent.Survey(ctx)
	return left, last.Taint &^ s.first.Taint, err
}

func summary(left []string, taint uint64) string {
	text := "nothing"
	if len(left) > 0 {
		text = strings.Join(left, ", ")
	}
	if taint != 0 {
		text += "; the kernel has become tainted: " + machine.TaintNames(taint)
	}
	return text
}

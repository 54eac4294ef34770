// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/klptest/klptest/cases/judge"
)

// clearLine moves to the first column and erases the line (ECMA-48 EL).
const clearLine = "\r\x1b[K"

// defaultWidth is assumed if the width of a terminal is unknown.
const defaultWidth = 80

// status is the content of the live line: the progress of the run, and the case
// that started last.
type status struct {
	over, total int
	failed      int // FAIL or ERROR

	estimates Estimates
	jobs      int       // cases that run in parallel
	from      time.Time // when the last case ended

	name  string // empty: nothing runs
	step  string
	since time.Time
}

// begin is called before the first case starts.
func (s *status) begin(p Provenance, now time.Time) {
	s.total, s.estimates, s.jobs, s.from = p.Planned, p.Estimates, p.Jobs, now
}

func (s *status) start(name string, now time.Time) {
	s.name, s.step, s.since = name, "", now
}

// end counts the result of a case.
func (s *status) end(name string, r judge.Result, now time.Time) {
	if v := known(r.Verdict); v == judge.Fail || v == judge.Error {
		s.failed++
	}
	if s.over++; name == s.name {
		s.name = ""
	}
	s.from = now
}

// fewestName is the minimum number of columns of a case's name.
const fewestName = 8

// line is the status in fewer columns than width, because some terminals wrap when
// the last column is written. The step comes last because it may be cut; then the
// case's name is. The seconds stay visible.
func (s status) line(now time.Time, width int) string {
	text := fmt.Sprintf("%d/%d", s.over, s.total)
	if s.failed > 0 {
		text += fmt.Sprintf("  %d failed", s.failed)
	}
	if left := roughly(s.estimates.left(s.over, s.jobs) - now.Sub(s.from)); left != "" {
		text += "  " + left + " left"
	}
	text += "  "
	took := fmt.Sprintf("  %.0fs", now.Sub(s.since).Seconds())
	text += truncate(s.name, max(fewestName, width-1-len(text)-len(took))) + took
	if s.step != "" {
		text += "  " + s.step
	}
	return truncate(text, width-1)
}

// truncate cuts text to at most width columns. Any rune beyond ASCII counts as two:
// some are two wide, and a line that is too short does no harm.
func truncate(text string, width int) string {
	columns := 0
	for i, r := range text {
		if columns++; r >= 0x80 {
			columns++
		}
		if columns > width {
			return text[:i]
		}
	}
	return text
}

// draw updates the status line. The caller holds h.mu.
func (h *Human) draw() {
	if !h.o.Live || h.status.name == "" {
		return
	}
	width := defaultWidth
	if h.o.Width != nil {
		width = h.o.Width()
	}
	// Failing to write a status line does no harm.
	_, _ = io.WriteString(h.w, clearLine+h.status.line(time.Now(), width))
	h.drawn = true
}

// tick redraws the elapsed time.
func (h *Human) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.draw()
}

// Every calls f every d until stop is called; stop waits for a running call.
func Every(d time.Duration, f func()) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		t := time.NewTicker(d)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				f()
			}
		}
	}()
	return func() { cancel(); <-done }
}

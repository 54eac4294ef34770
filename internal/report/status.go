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

// defaultWidth is assumed where a terminal does not tell its width.
const defaultWidth = 80

// status is what the live line shows: the case that started last.
type status struct {
	n, total int
	failed   int    // a FAIL or an ERROR
	name     string // empty: nothing runs
	step     string
	since    time.Time
}

// bad counts a result that is none to be content with.
func (s *status) bad(r judge.Result) {
	if v := known(r.Verdict); v == judge.Fail || v == judge.Error {
		s.failed++
	}
}

func (s *status) start(name string, now time.Time) {
	s.n++
	s.name, s.step, s.since = name, "", now
}

// line is the status in fewer columns than width, because some terminals wrap
// when the last column is written. The step comes last: it is what can be cut.
func (s status) line(now time.Time, width int) string {
	failed := ""
	if s.failed > 0 {
		failed = fmt.Sprintf("  %d failed", s.failed)
	}
	text := fmt.Sprintf("%d/%d%s  %s  %.0fs", s.n, s.total, failed, s.name, now.Sub(s.since).Seconds())
	if s.step != "" {
		text += "  " + s.step
	}
	return truncate(text, width-1)
}

// truncate cuts text to at most width columns. Any rune beyond ASCII counts
// as two: some are, and a line that is too short does no harm.
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

// draw shows the status line, or what has become of it. The caller has h.mu.
func (h *Human) draw() {
	if !h.o.Live || h.status.name == "" {
		return
	}
	width := defaultWidth
	if h.o.Width != nil {
		width = h.o.Width()
	}
	// A status line that cannot be written is no loss.
	_, _ = io.WriteString(h.w, clearLine+h.status.line(time.Now(), width))
	h.drawn = true
}

// tick shows that time goes on.
func (h *Human) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.draw()
}

// Every calls f each d, until stop is called; stop waits for a last call.
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

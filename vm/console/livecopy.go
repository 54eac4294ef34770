// SPDX-License-Identifier: Apache-2.0

package console

import (
	"fmt"
	"io"
	"time"
)

const (
	liveQueue = 1024        // lines by which the writer may lag
	liveGrace = time.Second // how long the end waits for a slow writer
)

// liveCopy writes lines to a writer that may be slow or stuck, such as a paused
// terminal, without ever waiting for it.
type liveCopy struct {
	lines  chan string
	done   chan struct{}
	missed int // lines dropped since the last one that found room
}

func newLiveCopy(w io.Writer) *liveCopy {
	l := &liveCopy{lines: make(chan string, liveQueue), done: make(chan struct{})}
	go func() {
		defer close(l.done)
		for line := range l.lines {
			io.WriteString(w, line+"\n")
		}
	}()
	return l
}

// print queues a line, or drops it. Only one goroutine may call print and
// close.
func (l *liveCopy) print(line string) {
	if l.missed > 0 {
		line = fmt.Sprintf("... klptest: %d lines not shown ...\n%s", l.missed, line)
	}
	select {
	case l.lines <- line:
		l.missed = 0
	default:
		l.missed++
	}
}

func (l *liveCopy) close() {
	close(l.lines)
	select {
	case <-l.done:
	case <-time.After(liveGrace):
	}
}

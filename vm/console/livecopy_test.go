// SPDX-License-Identifier: Apache-2.0

package console

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func TestLiveCopy(t *testing.T) {
	var out bytes.Buffer
	l := newLiveCopy(&out)
	l.print("one")
	l.print("two")
	l.close()
	if out.String() != "one\ntwo\n" {
		t.Errorf("%q", out.String())
	}
}

// gate is a writer that is stuck until it is opened.
type gate struct {
	open chan struct{}
	out  bytes.Buffer
}

func (g *gate) Write(p []byte) (int, error) {
	<-g.open
	return g.out.Write(p)
}

func TestLiveCopyNeverWaits(t *testing.T) {
	g := &gate{open: make(chan struct{})}
	l := newLiveCopy(g)
	for i := range 3 * liveQueue {
		l.print(fmt.Sprint("line ", i))
	}
	close(g.open)
	for len(l.lines) > 0 { // the writer catches up
		runtime.Gosched()
	}
	l.print("last")
	l.close()
	if out := g.out.String(); !strings.HasPrefix(out, "line 0\nline 1\n") || !strings.Contains(out, "lines not shown ...\nlast\n") {
		t.Errorf("%.100q ... %q", out, out[len(out)-100:])
	}
}

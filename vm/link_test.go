// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"io"
	"net"
	"testing"

	"github.com/klptest/klptest/vm/qmp"
)

// TestLinkOfADeadAgent checks that the last words of a dead agent are read, and then the
// end. An event before its first word belongs to the boot.
func TestLinkOfADeadAgent(t *testing.T) {
	ours, file, err := socketPair("agent")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := net.FileConn(file)
	if err != nil {
		t.Fatal(err)
	}
	defer theirs.Close()
	file.Close()
	l := &link{Conn: ours, closed: make(chan struct{}), over: make(chan struct{})}
	defer l.Close()
	change := func(open bool) {
		events := make(chan qmp.Event, 1)
		events <- qmp.Event{Event: portChanged, Data: map[string]any{"open": open}}
		close(events)
		l.follow(events)
	}
	say := func(text string) {
		if _, err := io.WriteString(theirs, text); err != nil {
			t.Fatal(err)
		}
	}
	read := func() string {
		b := make([]byte, 10)
		n, err := l.Read(b)
		if err != nil {
			return err.Error()
		}
		return string(b[:n])
	}
	change(false)
	say("ready")
	if got := read(); got != "ready" {
		t.Errorf("a closed end at boot: %q", got)
	}
	change(true)
	say("last")
	change(false)
	if last, end := read(), read(); last != "last" || end != io.EOF.Error() {
		t.Errorf("a dead agent: %q, %q", last, end)
	}
	if isClosed(l.over) {
		t.Error("its end passes for the answer to ours")
	}
}

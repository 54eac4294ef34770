// SPDX-License-Identifier: Apache-2.0

package qmp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/klptest/klptest/vm/qmp/qmptest"
)

// connected returns a monitor that has connected to a server with these
// answers.
func connected(t *testing.T, greeting string, answer func(qmptest.Command) string) *Monitor {
	t.Helper()
	m := dialed(t, greeting, answer)
	if err := m.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

func dialed(t *testing.T, greeting string, answer func(qmptest.Command) string) *Monitor {
	t.Helper()
	before := goleak.IgnoreCurrent()
	ours, theirs := net.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- qmptest.Serve(theirs, greeting, answer)
		theirs.Close()
	}()
	m := New(ours)
	t.Cleanup(func() {
		m.Disconnect()
		theirs.Close()
		<-served
		goleak.VerifyNone(t, before)
	})
	return m
}

// Each of the first seven tests is for something that go-qemu's SocketMonitor
// gets wrong.

func TestConnectHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := dialed(t, "", nil) // never greets
		if err := m.Connect(t.Context()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := m.Connect(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

// noisy answers each command after more events than any queue holds.
func noisy(c qmptest.Command) string {
	return strings.Repeat(qmptest.Event("NOISE"), 10*eventQueue) + c.Return(`"done"`)
}

func TestUnreadEventsDoNotBlockRun(t *testing.T) {
	m := connected(t, qmptest.Greeting, noisy)
	if _, err := m.Events(t.Context()); err != nil { // and never read
		t.Fatal(err)
	}
	for range 3 {
		if out, err := m.Run(t.Context(), []byte(`{"execute":"x"}`)); err != nil || !strings.Contains(string(out), `"done"`) {
			t.Errorf("%s, %v", out, err)
		}
	}
}

func TestUnreadEventsDoNotBlockDisconnect(t *testing.T) {
	m := connected(t, qmptest.Greeting, func(c qmptest.Command) string {
		return c.Return("{}") + strings.Repeat(qmptest.Event("NOISE"), 10*eventQueue)
	})
	events, err := m.Events(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Disconnect(); err != nil {
		t.Fatal(err)
	}
	for range events { // ends, because the connection has
	}
	if _, err := m.Events(t.Context()); !errors.Is(err, ErrGone) {
		t.Errorf("events after the end: %v", err)
	}
}

func TestLongReply(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	m := connected(t, qmptest.Greeting, func(c qmptest.Command) string { return c.Return(`"` + long + `"`) })
	got, err := m.Typed(t.Context()).HumanMonitorCommand("info tlb", nil)
	if err != nil || got != long {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// TestRepliesAreTheCallersOwn checks that replies go to the right caller. With
// -race, it also finds a buffer that is reused for the next reply.
func TestRepliesAreTheCallersOwn(t *testing.T) {
	m := connected(t, qmptest.Greeting, func(c qmptest.Command) string {
		if c.Arguments == nil {
			return c.Return("{}")
		}
		return qmptest.Event("E") + c.Return(string(c.Arguments))
	})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			want := fmt.Sprintf(`"return": {"n":%d}`, i)
			out, err := m.Run(t.Context(), fmt.Appendf(nil, `{"execute":"x","arguments":{"n":%d}}`, i))
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%s, %v", out, err)
			}
		})
	}
	wg.Wait()
}

func TestEventsGluedToTheGreeting(t *testing.T) {
	// A reader that buffers the greeting on its own loses what follows it.
	ours, theirs := net.Pipe()
	defer theirs.Close()
	m := New(ours)
	defer m.Disconnect()
	events, err := m.Events(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	go qmptest.Serve(theirs, qmptest.Greeting+qmptest.Event("RESUME")+qmptest.Event("STOP"), nil)
	if err := m.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"RESUME", "STOP"} {
		if e := <-events; e.Event != want || e.Timestamp.Seconds != 1 {
			t.Errorf("event %+v, want %s", e, want)
		}
	}
}

func TestEndOfFileSaysSo(t *testing.T) {
	for name, end := range map[string]string{"between messages": "", "inside a message": `{"return": {"a`} {
		ours, theirs := net.Pipe()
		m := New(ours)
		go qmptest.Serve(theirs, qmptest.Greeting, func(c qmptest.Command) string {
			if c.Execute == "qmp_capabilities" {
				return c.Return("{}")
			}
			theirs.Write([]byte(end))
			theirs.Close()
			return ""
		})
		if err := m.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second finds it gone already
			if _, err := m.Run(t.Context(), []byte(`{"execute":"quit"}`)); !errors.Is(err, ErrGone) {
				t.Errorf("%s: error %v", name, err)
			}
		}
		m.Disconnect()
	}
}

// The other tests are for what else Monitor promises.

// TestReplyRightBeforeTheEnd runs many times, because the reply and the end
// arrive at the same moment.
func TestReplyRightBeforeTheEnd(t *testing.T) {
	for range 100 {
		ours, theirs := net.Pipe()
		go qmptest.Serve(theirs, qmptest.Greeting, func(c qmptest.Command) string {
			theirs.Write([]byte(c.Return("{}")))
			theirs.Close()
			return ""
		})
		m := New(ours)
		if err := m.Connect(t.Context()); err != nil {
			t.Fatal(err)
		}
		m.Disconnect()
	}
}

func TestErrorIsTold(t *testing.T) {
	m := connected(t, qmptest.Greeting, func(c qmptest.Command) string {
		if c.Execute == "qmp_capabilities" {
			return c.Return("{}")
		}
		return c.Error("CommandNotFound", "The command x has not been found")
	})
	if _, err := m.Run(t.Context(), []byte(`{"execute":"x"}`)); err == nil || !strings.Contains(err.Error(), "has not been found (CommandNotFound)") {
		t.Errorf("error %v", err)
	}
	if _, err := m.Run(t.Context(), []byte(`no JSON`)); err == nil {
		t.Error("a command that is not JSON was sent")
	}
}

func TestErrorWithoutID(t *testing.T) {
	m := connected(t, qmptest.Greeting, func(c qmptest.Command) string {
		if c.Execute == "qmp_capabilities" {
			return c.Return("{}")
		}
		return `{"error": {"class": "GenericError", "desc": "Invalid JSON syntax"}}` + "\n"
	})
	if _, err := m.Run(t.Context(), []byte(`{"execute":"x"}`)); err == nil || !strings.Contains(err.Error(), "Invalid JSON") {
		t.Errorf("error %v", err)
	}
}

// TestLateReply checks that an abandoned command and the next one do not get
// each other's replies.
func TestLateReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late string
		m := connected(t, qmptest.Greeting, func(c qmptest.Command) string {
			if c.Execute == "slow" {
				late = c.Return(`"late"`)
				return ""
			}
			return late + c.Return(`"quick"`)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := m.Run(ctx, []byte(`{"execute":"slow"}`)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if len(m.waiting) > 0 {
			t.Error("the command that was given up is still waited for")
		}
		out, err := m.Run(t.Context(), []byte(`{"execute":"quick"}`))
		if err != nil || !strings.Contains(string(out), "quick") {
			t.Errorf("%s, %v", out, err)
		}
	})
}

// TestStuckWrite sends a command that QEMU does not read.
func TestStuckWrite(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	m := New(ours)
	defer m.Disconnect()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if _, err := m.Run(ctx, []byte(`{"execute":"x"}`)); err == nil {
		t.Error("no error")
	}
}

func TestGarbage(t *testing.T) {
	for _, garbage := range []string{"not JSON\n", `{"return": 1, "id": [}`, `[1]`, `{"id": 7}`} {
		m := dialed(t, garbage, nil)
		if err := m.Connect(t.Context()); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q: error %v", garbage, err)
		}
	}
}

func TestUnsubscribe(t *testing.T) {
	m := connected(t, qmptest.Greeting, noisy)
	ctx, cancel := context.WithCancel(t.Context())
	events, err := m.Events(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for range events { // closed, because the reader went away
	}
	if _, err := m.Run(t.Context(), []byte(`{"execute":"x"}`)); err != nil {
		t.Error(err)
	}
}

// TestKeepsTheNewestEvents checks that a reader that falls behind loses the
// oldest events.
func TestKeepsTheNewestEvents(t *testing.T) {
	var m Monitor
	m.readers = []chan Event{make(chan Event, 2)}
	for _, name := range []string{"A", "B", "C"} {
		m.publish(Event{Event: name})
	}
	for _, want := range []string{"B", "C"} {
		if e := <-m.readers[0]; e.Event != want {
			t.Errorf("event %s, want %s", e.Event, want)
		}
	}
}

// TestPassesFilesOverSocketsOnly checks that other connections pass no files:
// QEMU would wait for a file that never arrives.
func TestPassesFilesOverSocketsOnly(t *testing.T) {
	m := connected(t, qmptest.Greeting, nil) // over a pipe
	if _, err := m.RunPassing(t.Context(), []byte(`{"execute":"getfd"}`), os.Stdin); err == nil || !strings.Contains(err.Error(), "no file can be passed") {
		t.Errorf("error %v", err)
	}
}

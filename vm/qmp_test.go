// SPDX-License-Identifier: Apache-2.0

package vm

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

	"github.com/digitalocean/go-qemu/qmp"
	"github.com/digitalocean/go-qemu/qmp/raw"
	"go.uber.org/goleak"

	"github.com/klptest/klptest/vm/vmtest"
)

// connected is a monitor that has connected to a server which answers so.
func connected(t *testing.T, greeting string, answer func(vmtest.Command) string) *monitor {
	t.Helper()
	m := dialed(t, greeting, answer)
	if err := m.Connect(); err != nil {
		t.Fatal(err)
	}
	return m
}

func dialed(t *testing.T, greeting string, answer func(vmtest.Command) string) *monitor {
	t.Helper()
	before := goleak.IgnoreCurrent()
	ours, theirs := net.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- vmtest.ServeQMP(theirs, greeting, answer)
		theirs.Close()
	}()
	m := newMonitor(ours)
	t.Cleanup(func() {
		m.Disconnect()
		theirs.Close()
		<-served
		goleak.VerifyNone(t, before)
	})
	return m
}

// The first seven tests are one each for what go-qemu's SocketMonitor gets
// wrong.

func TestQMPConnectHasALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := dialed(t, "", nil) // never greets
		if err := m.Connect(); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := m.connect(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
}

// noisy answers each command after more events than any queue holds.
func noisy(c vmtest.Command) string {
	return strings.Repeat(vmtest.Event("NOISE"), 10*eventQueue) + c.Return(`"done"`)
}

func TestQMPUnreadEventsDoNotBlockRun(t *testing.T) {
	m := connected(t, vmtest.Greeting, noisy)
	if _, err := m.Events(t.Context()); err != nil { // and never read
		t.Fatal(err)
	}
	for range 3 {
		if out, err := m.Run([]byte(`{"execute":"x"}`)); err != nil || !strings.Contains(string(out), `"done"`) {
			t.Errorf("%s, %v", out, err)
		}
	}
}

func TestQMPUnreadEventsDoNotBlockDisconnect(t *testing.T) {
	m := connected(t, vmtest.Greeting, func(c vmtest.Command) string {
		return c.Return("{}") + strings.Repeat(vmtest.Event("NOISE"), 10*eventQueue)
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
	if _, err := m.Events(t.Context()); !errors.Is(err, errGone) {
		t.Errorf("events after the end: %v", err)
	}
}

func TestQMPLongReply(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	m := connected(t, vmtest.Greeting, func(c vmtest.Command) string { return c.Return(`"` + long + `"`) })
	got, err := raw.NewMonitor(m).HumanMonitorCommand("info tlb", nil)
	if err != nil || got != long {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// TestQMPRepliesAreTheCallersOwn: under -race, a buffer that is used again
// for the next reply shows; so do replies that went to the wrong caller.
func TestQMPRepliesAreTheCallersOwn(t *testing.T) {
	m := connected(t, vmtest.Greeting, func(c vmtest.Command) string {
		if c.Arguments == nil {
			return c.Return("{}")
		}
		return vmtest.Event("E") + c.Return(string(c.Arguments))
	})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			want := fmt.Sprintf(`"return": {"n":%d}`, i)
			out, err := m.Run(fmt.Appendf(nil, `{"execute":"x","arguments":{"n":%d}}`, i))
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%s, %v", out, err)
			}
		})
	}
	wg.Wait()
}

func TestQMPEventsGluedToTheGreeting(t *testing.T) {
	// A reader that buffers the greeting on its own loses what follows it.
	ours, theirs := net.Pipe()
	defer theirs.Close()
	m := newMonitor(ours)
	defer m.Disconnect()
	events, err := m.Events(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	go vmtest.ServeQMP(theirs, vmtest.Greeting+vmtest.Event("RESUME")+vmtest.Event("STOP"), nil)
	if err := m.Connect(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"RESUME", "STOP"} {
		if e := <-events; e.Event != want || e.Timestamp.Seconds != 1 {
			t.Errorf("event %+v, want %s", e, want)
		}
	}
}

func TestQMPEndOfFileSaysSo(t *testing.T) {
	for name, end := range map[string]string{"between messages": "", "inside a message": `{"return": {"a`} {
		ours, theirs := net.Pipe()
		m := newMonitor(ours)
		go vmtest.ServeQMP(theirs, vmtest.Greeting, func(c vmtest.Command) string {
			if c.Execute == "qmp_capabilities" {
				return c.Return("{}")
			}
			theirs.Write([]byte(end))
			theirs.Close()
			return ""
		})
		if err := m.Connect(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second finds it gone already
			if _, err := m.Run([]byte(`{"execute":"quit"}`)); !errors.Is(err, errGone) {
				t.Errorf("%s: error %v", name, err)
			}
		}
		m.Disconnect()
	}
}

// What else it promises.

// TestQMPReplyRightBeforeTheEnd: many times, because the reply and the end
// are there at the same moment.
func TestQMPReplyRightBeforeTheEnd(t *testing.T) {
	for range 100 {
		ours, theirs := net.Pipe()
		go vmtest.ServeQMP(theirs, vmtest.Greeting, func(c vmtest.Command) string {
			theirs.Write([]byte(c.Return("{}")))
			theirs.Close()
			return ""
		})
		m := newMonitor(ours)
		if err := m.Connect(); err != nil {
			t.Fatal(err)
		}
		m.Disconnect()
	}
}

func TestQMPErrorIsTold(t *testing.T) {
	m := connected(t, vmtest.Greeting, func(c vmtest.Command) string {
		if c.Execute == "qmp_capabilities" {
			return c.Return("{}")
		}
		return c.Error("CommandNotFound", "The command x has not been found")
	})
	if _, err := m.Run([]byte(`{"execute":"x"}`)); err == nil || !strings.Contains(err.Error(), "has not been found (CommandNotFound)") {
		t.Errorf("error %v", err)
	}
	if _, err := m.Run([]byte(`no JSON`)); err == nil {
		t.Error("a command that is not JSON was sent")
	}
}

func TestQMPErrorWithoutID(t *testing.T) {
	m := connected(t, vmtest.Greeting, func(c vmtest.Command) string {
		if c.Execute == "qmp_capabilities" {
			return c.Return("{}")
		}
		return `{"error": {"class": "GenericError", "desc": "Invalid JSON syntax"}}` + "\n"
	})
	if _, err := m.Run([]byte(`{"execute":"x"}`)); err == nil || !strings.Contains(err.Error(), "Invalid JSON") {
		t.Errorf("error %v", err)
	}
}

// TestQMPLateReply: a command that was given up does not take the next one's
// reply, nor the other way round.
func TestQMPLateReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late string
		m := connected(t, vmtest.Greeting, func(c vmtest.Command) string {
			if c.Execute == "slow" {
				late = c.Return(`"late"`)
				return ""
			}
			return late + c.Return(`"quick"`)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := m.run(ctx, []byte(`{"execute":"slow"}`)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if len(m.waiting) > 0 {
			t.Error("the command that was given up is still waited for")
		}
		out, err := m.within(t.Context()).Run([]byte(`{"execute":"quick"}`))
		if err != nil || !strings.Contains(string(out), "quick") {
			t.Errorf("%s, %v", out, err)
		}
	})
}

// TestQMPStuckWrite: QEMU does not read, so the command cannot be sent.
func TestQMPStuckWrite(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	m := newMonitor(ours)
	defer m.Disconnect()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if _, err := m.run(ctx, []byte(`{"execute":"x"}`)); err == nil {
		t.Error("no error")
	}
}

func TestQMPGarbage(t *testing.T) {
	for _, garbage := range []string{"not JSON\n", `{"return": 1, "id": [}`, `[1]`, `{"id": 7}`} {
		m := dialed(t, garbage, nil)
		if err := m.Connect(); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q: error %v", garbage, err)
		}
	}
}

func TestQMPUnsubscribe(t *testing.T) {
	m := connected(t, vmtest.Greeting, noisy)
	ctx, cancel := context.WithCancel(t.Context())
	events, err := m.Events(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for range events { // closed, because the reader went away
	}
	if _, err := m.Run([]byte(`{"execute":"x"}`)); err != nil {
		t.Error(err)
	}
}

// TestQMPKeepsTheNewestEvents: who falls behind loses the oldest.
func TestQMPKeepsTheNewestEvents(t *testing.T) {
	var m monitor
	m.readers = []chan qmp.Event{make(chan qmp.Event, 2)}
	for _, name := range []string{"A", "B", "C"} {
		m.publish(qmp.Event{Event: name})
	}
	for _, want := range []string{"B", "C"} {
		if e := <-m.readers[0]; e.Event != want {
			t.Errorf("event %s, want %s", e.Event, want)
		}
	}
}

// TestQMPPassesFilesOverSocketsOnly: QEMU would wait for a file that never
// came.
func TestQMPPassesFilesOverSocketsOnly(t *testing.T) {
	m := connected(t, vmtest.Greeting, nil) // over a pipe
	if _, err := m.runPassing(t.Context(), []byte(`{"execute":"getfd"}`), os.Stdin); err == nil || !strings.Contains(err.Error(), "no file can be passed") {
		t.Errorf("error %v", err)
	}
}

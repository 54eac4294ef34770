// SPDX-License-Identifier: Apache-2.0

package client

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/machine/machinetest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
	"github.com/klptest/klptest/internal/guest/wire"
	"github.com/klptest/klptest/internal/patience"
)

// lying returns the error of a client whose guest answers with text.
func lying(ctx context.Context, t *testing.T, text func(w io.Writer)) error {
	t.Helper()
	host, guest := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer guest.Close()
		_, _ = wire.ReadLine(bufio.NewReader(guest))
		text(guest)
	}()
	_, err := New(ctx, host, Time{})
	<-done
	return err
}

func TestClientTrustsNothing(t *testing.T) {
	line := fmt.Sprintf(`{"id":1,"more":true,"records":[{"text":"%s"}]}`+"\n", strings.Repeat("x", wire.MaxLine/2))
	for want, text := range map[string]func(io.Writer){
		"ended during":     func(io.Writer) {},
		"not JSON":         func(w io.Writer) { io.WriteString(w, "hello\n") },
		"request 2, not 1": func(w io.Writer) { io.WriteString(w, `{"id":2}`+"\n") },
		"version 9":        func(w io.Writer) { io.WriteString(w, `{"id":1,"version":9}`+"\n") },
		"a line of more":   func(w io.Writer) { io.WriteString(w, strings.Repeat("x", wire.MaxLine+1)) },
		"floods its log": func(w io.Writer) {
			for range wire.MaxTotal/(wire.MaxLine/2) + 1 {
				io.WriteString(w, line)
			}
		},
		// Records of three bytes each on the wire, and many in memory.
		"floods": func(w io.Writer) {
			io.WriteString(w, `{"id":1,"more":true,"records":[{}`+strings.Repeat(",{}", 300_000)+"]}\n")
		},
		"nobody asked for": func(w io.Writer) { io.WriteString(w, `{"id":1,"more":true,"counters":[{}]}`+"\n") },
		// Lines of which nothing is kept.
		"floods its log or output": func(w io.Writer) {
			empty := `{"id":1,"more":true,"boot":"` + strings.Repeat("x", wire.MaxLine/2) + "\"}\n"
			for range wire.MaxTotal/(wire.MaxLine/2) + 1 {
				io.WriteString(w, empty)
			}
		},
		"ended":            func(w io.Writer) { io.WriteString(w, `{"id":1,"ver`) },
		"cannot unmarshal": func(w io.Writer) { io.WriteString(w, `{"id":1,"facts":[7]}`+"\n") },
	} {
		err := lying(t.Context(), t, text)
		if err == nil || !strings.Contains(err.Error(), want) || blame.Of(err) != blame.Rig {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// A silent guest costs no more than ctx, and ends the session.
func TestClientEndsWithItsContext(t *testing.T) {
	a, k := newGuest(t)
	stuck := make(chan struct{})
	k.OnLoad = func(string, string) error {
		close(stuck)
		kerneltest.Patch(t, k.Root, "klp_a", "1", "1")
		return nil
	}
	c := connected(t, a)
	if err := errors.Join(c.Put(t.Context(), "klp_a", nil), c.Begin(t.Context())); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	died := errors.New("the guest died")
	go func() {
		<-stuck
		cancel(died)
	}()
	if _, err := c.Step(ctx, machinetest.Cmd(machine.Insmod, "klp_a"), time.Hour); !errors.Is(err, died) {
		t.Error(err)
	}
	if err := c.Begin(t.Context()); !errors.Is(err, died) {
		t.Errorf("a later call: %v", err)
	}
}

func TestClientGivesUpOnASilentGuest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, guest := net.Pipe()
		defer guest.Close()
		_, err := New(t.Context(), host, Time{})
		if err == nil || !strings.Contains(err.Error(), "fell silent") || blame.Of(err) != blame.Rig {
			t.Error(err)
		}
	})
}

// scripted returns a client whose guest greets correctly, then answers one
// request with answer.
func scripted(t *testing.T, answer func(w io.WriteCloser)) *Client {
	t.Helper()
	host, guest := net.Pipe()
	done := make(chan struct{})
	t.Cleanup(func() { guest.Close(); <-done })
	go func() {
		defer close(done)
		r := bufio.NewReader(guest)
		_, _ = wire.ReadLine(r)
		fmt.Fprintf(guest, `{"id":1,"version":%d}`+"\n", wire.Version)
		if _, err := wire.ReadLine(r); err == nil {
			answer(guest)
		}
	}()
	c, err := New(t.Context(), host, Time{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// A step may last longer than silence: the agent is heard meanwhile.
func TestPulseKeepsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, k := newGuest(t)
		host, guest := net.Pipe()
		go a.Serve(guest)
		c, err := New(t.Context(), host, Time{})
		if err != nil {
			t.Fatal(err)
		}
		defer guest.Close()
		defer c.Close()
		if err := c.Begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		kerneltest.Patch(t, k.Root, "klp_a", "1", "1")
		ans, err := c.Step(t.Context(), machinetest.Cmd(machine.Wait, "klp_a"), 3*silence)
		if err != nil || ans.Stall == nil {
			t.Errorf("%+v %v", ans, err)
		}
	})
}

func TestPulseDoesNotKeepItForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := scripted(t, func(w io.WriteCloser) {
			for {
				if _, err := io.WriteString(w, `{"id":2,"more":true}`+"\n"); err != nil {
					return
				}
				time.Sleep(wire.Pulse)
			}
		})
		start := time.Now()
		err := c.Begin(t.Context())
		if err == nil || !strings.Contains(err.Error(), "did not answer") || time.Since(start) != grace {
			t.Error(err, time.Since(start))
		}
	})
}

// The limits of a guest whose time is virtual follow its time, within bounds.
func TestPulseOfASlowGuest(t *testing.T) {
	const slow = 20
	const limit = time.Minute
	for jumps, want := range map[bool]time.Duration{false: limit + grace, true: patience.Most * (limit + grace)} {
		synctest.Test(t, func(t *testing.T) {
			c := scripted(t, func(w io.WriteCloser) {
				for n := wire.Pulse; ; n += wire.Pulse {
					time.Sleep(slow * wire.Pulse)
					if _, err := fmt.Fprintf(w, `{"id":2,"more":true,"elapsed_ns":%d}`+"\n", n); err != nil {
						return
					}
				}
			})
			c.time.Jumps = jumps
			start := time.Now()
			_, err := c.Step(t.Context(), machinetest.Cmd(machine.Sh, "poke"), limit)
			took := time.Since(start)
			if err == nil || !strings.Contains(err.Error(), "did not answer") || took < want*95/100 || took > want {
				t.Errorf("jumps %v: %v after %v, want %v", jumps, err, took, want)
			}
		})
	}
}

func TestSilenceInTheMidstOfAStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := scripted(t, func(w io.WriteCloser) { io.WriteString(w, `{"id":2,"mo`) })
		start := time.Now()
		_, err := c.Step(t.Context(), machinetest.Cmd(machine.Sh, "kill -STOP $PPID"), time.Hour)
		if err == nil || !strings.Contains(err.Error(), "fell silent") || time.Since(start) != silence {
			t.Error(err, time.Since(start))
		}
	})
}

func TestAgentThatACaseEnds(t *testing.T) {
	c := scripted(t, func(w io.WriteCloser) { w.Close() })
	_, err := c.Step(t.Context(), machinetest.Cmd(machine.Sh, "kill -9 $PPID"), time.Minute)
	if err == nil || !strings.HasPrefix(err.Error(), "the case ended the guest's agent") || blame.Of(err) != blame.Rig {
		t.Error(err)
	}
}

// The host does not take from the guest what it knows itself, and limits the
// length of answers.
func TestWordsOfTheGuestAreBounded(t *testing.T) {
	c := scripted(t, func(w io.WriteCloser) {
		io.WriteString(w, `{"id":2,"answer":{"stall":{"what":"x","limit":1,"Starved":true,"starved":true}}}`+"\n")
	})
	ans, err := c.Step(t.Context(), machinetest.Cmd(machine.Wait, "klp_a"), time.Minute)
	if err != nil || ans.Stall.Starved || ans.Stall.Limit != time.Minute {
		t.Errorf("%+v %v", ans.Stall, err)
	}
	long := strings.Repeat("x", wire.MaxFault+100)
	c = scripted(t, func(w io.WriteCloser) { fmt.Fprintf(w, `{"id":2,"facts":{"release":"%s"}}`+"\n", long) })
	if f, err := c.Facts(t.Context(), nil); err != nil || len(f.Release) > wire.MaxRelease+len(guest.CutNote)+1 {
		t.Errorf("a release of %d bytes, %v", len(f.Release), err)
	}
	c = scripted(t, func(w io.WriteCloser) { fmt.Fprintf(w, `{"id":2,"fault":{"text":"%s"}}`+"\n", long) })
	if err := c.Begin(t.Context()); err == nil || len(err.Error()) > wire.MaxFault+len(guest.CutNote)+1 {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}

// stuckSession is a session whose guest takes nothing, not even the end of the
// session.
type stuckSession struct{ end chan struct{} }

func (s stuckSession) Read([]byte) (int, error)  { <-s.end; return 0, io.EOF }
func (s stuckSession) Write([]byte) (int, error) { <-s.end; return 0, io.EOF }
func (s stuckSession) Close() error              { <-s.end; return nil }

func TestNothingWaitsForAGuestThatTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stuckSession{make(chan struct{})}
		c := &Client{session: s, in: bufio.NewReader(s), out: s}
		if err := c.Begin(t.Context()); err == nil || !strings.Contains(err.Error(), "fell silent") {
			t.Error(err)
		}
		if err := c.Close(); err == nil || !strings.Contains(err.Error(), "did not let") {
			t.Error(err)
		}
		close(s.end) // as the connection's end does
	})
}

// FuzzGuest lets a guest say anything, and then nothing more.
func FuzzGuest(f *testing.F) {
	hello := fmt.Sprintf(`{"id":1,"version":%d}`+"\n", wire.Version)
	f.Add([]byte(hello + `{"id":2,"facts":{"release":"6.12.0","config":{"A":"y"}}}` + "\n"))
	f.Add([]byte(hello + `{"id":2,"more":true,"records":[{"seq":1}]}` + "\n" + `{"id":2,"answer":{"stall":{}}}` + "\n"))
	f.Add([]byte(hello + `{"id":2,"fault":{"overrun":true,"lost":3}}` + "\n" + `{"id":3,"end":null}` + "\n"))
	f.Fuzz(func(t *testing.T, said []byte) {
		rw := struct {
			io.Reader
			io.Writer
			io.Closer
		}{bytes.NewReader(said), io.Discard, io.NopCloser(nil)}
		c, err := New(t.Context(), rw, Time{})
		if err != nil {
			return
		}
		_, err1 := c.Facts(t.Context(), nil)
		_, err2 := c.Step(t.Context(), machinetest.Cmd(machine.Cat, "/x"), time.Second)
		_, err3 := c.End(t.Context())
		for _, err := range []error{err1, err2, err3} {
			if err != nil && blame.Of(err) == blame.Kernel {
				t.Errorf("the guest blames the kernel: %v", err)
			}
		}
	})
}

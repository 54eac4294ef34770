// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/guest/client"
)

// frozenLimit is much longer than anything takes after the end of a context.
const frozenLimit = 10 * time.Second

// wantSoon checks that f, which talks to a machine that freezes, returns when its context
// ends, with the context's cause.
func wantSoon(t *testing.T, s *server, f func(context.Context) error) {
	t.Helper()
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	<-s.frozen
	select {
	case err := <-done:
		t.Errorf("it does not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	cancel(stop)
	select {
	case err := <-done:
		if !errors.Is(err, stop) {
			t.Errorf("got %v", err)
		}
	case <-time.After(frozenLimit):
		t.Fatal("it hangs")
	}
}

// TestMachineThatFreezes: wherever a machine hangs after the login, the end of the context
// ends the wait.
func TestMachineThatFreezes(t *testing.T) {
	for _, event := range []string{"login", "start of id -u", "end of id -u", "start of cat", "end of cat", "start of sudo -n /tmp"} {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			s, m := newServer(t)
			s.freezes = event
			wantSoon(t, s, func(ctx context.Context) error {
				_, err := m.Connect(ctx)
				return err
			})
		})
	}
}

func TestAttachToMachineThatFreezes(t *testing.T) {
	for _, event := range []string{"end of sudo -n true", "start of sudo -n sh"} {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			s, m := newServer(t)
			s.freezes, s.answers["sudo -n sh"] = event, answer{}
			wantSoon(t, s, func(ctx context.Context) error {
				_, err := m.Attach(ctx, client.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}, []string{"true"})
				return err
			})
		})
	}
}

// TestCommandsHaveLimits: a command ends after its limit, and leaves the connection open.
func TestCommandsHaveLimits(t *testing.T) {
	s, m := newServer(t)
	s.freezes = "start of id -u"
	conn, err := m.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 2 {
		_, err := ask(t.Context(), conn, 50*time.Millisecond, nil, "id -u")
		if err == nil || !strings.HasSuffix(err.Error(), "did not end a command within 50ms: id -u") {
			t.Error(err)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// agentSocket makes a socket whose connections are served by f, and names it in
// SSH_AUTH_SOCK. The connections are closed at the end of the test.
func agentSocket(t *testing.T, f func(net.Conn)) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "agent")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("SSH_AUTH_SOCK", path)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			go f(conn)
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		<-done
	})
	return path
}

// reluctant is an SSH agent that signs nothing until it is closed.
type reluctant struct {
	agent.Agent
	asked  chan struct{} // closed when it is to sign
	closed chan struct{}
}

func (r *reluctant) Sign(ssh.PublicKey, []byte) (*ssh.Signature, error) {
	close(r.asked)
	<-r.closed
	return nil, errors.New("closed")
}

// newReluctant returns such an agent with a key.
func newReluctant(t *testing.T) (*reluctant, ssh.PublicKey) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := &reluctant{agent.NewKeyring(), make(chan struct{}), make(chan struct{})}
	signer, err := ssh.NewSignerFromKey(key)
	if err := errors.Join(err, r.Add(agent.AddedKey{PrivateKey: key})); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(r.closed) })
	return r, signer.PublicKey()
}

// TestSilentAgent: an SSH agent that does not answer is passed over after its limit, or at
// the end of the context.
func TestSilentAgent(t *testing.T) {
	path := agentSocket(t, func(net.Conn) {})
	const soon = 100 * time.Millisecond
	for _, limits := range [][2]time.Duration{{soon, time.Hour}, {time.Hour, soon}} {
		ctx, cancel := context.WithTimeout(t.Context(), limits[1])
		defer cancel()
		i := &identity{}
		if i.askAgent(ctx, path, limits[0]); i.failure == nil || i.agent != nil {
			t.Errorf("%v: %+v", limits, i)
		}
		wantUser(t, i.none(), "the SSH agent at SSH_AUTH_SOCK does not list any: agent: client error")
	}
	_, m := newServer(t)
	m.Key = ""
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	if _, err := m.Connect(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// TestUnconfirmedLogin: the user does not confirm a login, which ends after its limit.
func TestUnconfirmedLogin(t *testing.T) {
	r, _ := newReluctant(t)
	path := agentSocket(t, func(conn net.Conn) { _ = agent.ServeAgent(r, conn) })
	i := &identity{}
	i.askAgent(t.Context(), path, agentLimit)
	defer i.close()
	if len(i.signers) != 1 || i.failure != nil {
		t.Fatalf("%+v", i)
	}
	i.limit(50 * time.Millisecond)
	_, err := i.signers[0].Sign(nil, []byte("a login"))
	wantUser(t, refused(t.Context(), box, i, fmt.Errorf("ssh: handshake failed: %w", err)), "the SSH agent at SSH_AUTH_SOCK does not sign the login at me@box")
}

// TestInterruptedLogin: an interrupt ends such a login at once.
func TestInterruptedLogin(t *testing.T) {
	r, key := newReluctant(t)
	agentSocket(t, func(conn net.Conn) { _ = agent.ServeAgent(r, conn) })
	s, m := newServer(t)
	s.user, m.Key = key, ""
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := m.Connect(ctx)
		done <- err
	}()
	<-r.asked
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(frozenLimit):
		t.Fatal("it hangs")
	}
}

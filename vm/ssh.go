// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/patience"
)

const (
	// QEMU accepts a forwarded connection long before the guest can, and
	// sends the guest's part of it again only seconds later. So a new attempt
	// starts every dialEvery, while the older ones still have dialPatience;
	// both grow when the boot is slow.
	dialEvery    = 100 * time.Millisecond
	dialPatience = 3 * time.Second
	// A clone listens already: a second attempt would only take processor time
	// from the first. It is there for a packet that was lost.
	cloneDialEvery = time.Second
)

// SSH logs in to the guest as root. It waits until the guest answers, at most
// Spec.SSHWait, and ends at once when the guest dies. Afterwards the client
// lives until it is closed or the guest ends, whatever becomes of ctx.
func (v *VM) SSH(ctx context.Context) (*ssh.Client, error) {
	if v.port == 0 {
		return nil, blame.Rigf("SSH: the guest was started without keys")
	}
	limit := v.spec.sshWait(v.accel)
	ctx, cancel := patience.WithTimeoutCause(ctx, limit, v.Starved, fmt.Errorf("no answer within %s", limit))
	defer cancel()
	ctx, died := context.WithCancelCause(ctx)
	defer died(nil)
	go func() {
		select {
		case <-v.exited:
			died(errGone)
		case <-ctx.Done():
		}
	}()
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(v.port))
	client, err := v.login(ctx, addr)
	if err != nil {
		return nil, v.sshFailure(ctx, err)
	}
	return client, nil
}

func (v *VM) login(ctx context.Context, addr string) (*ssh.Client, error) {
	every := dialEvery
	if v.parent != nil {
		every = cloneDialEvery
	}
	conn, err := firstGreeting(ctx, addr, every)
	if err != nil {
		return nil, err
	}
	config := &ssh.ClientConfig{
		// Without the default's ML-KEM the guest, under emulation, needs a tenth
		// less processor time to connect; nobody listens on the loopback
		// interface. Other ciphers make no difference.
		Config:            ssh.Config{KeyExchanges: []string{ssh.KeyExchangeCurve25519}},
		User:              "root",
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(v.spec.Keys.client)},
		HostKeyCallback:   ssh.FixedHostKey(v.spec.Keys.host),
		HostKeyAlgorithms: []string{v.spec.Keys.host.Type()},
	}
	return handshake(ctx, conn, addr, config)
}

// handshake is what ssh.Dial would do if it took a context.
func handshake(ctx context.Context, conn net.Conn, addr string, config *ssh.ClientConfig) (*ssh.Client, error) {
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	c, channels, requests, err := ssh.NewClientConn(conn, addr, config)
	if !stop() {
		conn.Close()
		return nil, context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		c.Close()
		return nil, err
	}
	return ssh.NewClient(c, channels, requests), nil
}

// sshFailure puts the blame: on whoever ended the guest, or on the kernel
// when the console shows that it crashed without ending. A connection that
// breaks may be the first sign of QEMU's end.
func (v *VM) sshFailure(ctx context.Context, err error) error {
	v.awaitLastWords(ctx)
	if death := v.Death(); death != nil {
		return death
	}
	e := v.withConsole(&blame.Error{Summary: "SSH to the guest", Err: err})
	if crash := v.console.crash(); crash != "" {
		e.Party, e.Summary = blame.Kernel, "SSH to the guest, whose kernel crashed: "+crash
	}
	return e
}

// firstGreeting is the first connection on which an SSH server speaks.
func firstGreeting(ctx context.Context, addr string, every time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	var attempts sync.WaitGroup
	defer attempts.Wait()
	defer cancel()
	greeted := make(chan net.Conn)
	for began := time.Now(); ; {
		patience := attemptPatience(time.Since(began))
		attempts.Go(func() { attempt(ctx, addr, patience, greeted) })
		select {
		case conn := <-greeted:
			return conn, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(max(every, patience/(dialPatience/dialEvery))):
		}
	}
}

// attemptPatience is how long one attempt may take. A guest that is slow to
// boot is slow to answer; the more attempts it is to answer at once, the slower.
func attemptPatience(elapsed time.Duration) time.Duration { return max(dialPatience, elapsed/4) }

// attempt hands over a connection if the server speaks in time. A failure is
// nothing to speak of: the guest is not up yet, and the next attempt follows.
func attempt(ctx context.Context, addr string, patience time.Duration, greeted chan<- net.Conn) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(limited, "tcp", addr)
	if err != nil {
		return
	}
	stop := context.AfterFunc(limited, func() { conn.Close() })
	r := bufio.NewReader(conn)
	_, err = r.Peek(1)
	if !stop() || err != nil {
		conn.Close()
		return
	}
	select {
	case greeted <- &peekedConn{conn, r}:
	case <-ctx.Done():
		conn.Close()
	}
}

// peekedConn is a connection whose first bytes have been looked at.
type peekedConn struct {
	net.Conn
	r *bufio.Reader
}

func (c *peekedConn) Read(p []byte) (int, error) { return c.r.Read(p) }

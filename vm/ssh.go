// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"fmt"
	"net"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/patience"
	"github.com/klptest/klptest/vm/qmp"
)

// SSH logs in to the guest as root. It waits for the guest to answer, at most
// Spec.SSHWait, and fails at once when the guest dies. The client then lives
// until it is closed or the guest ends, even if ctx ends before. A guest accepts
// one connection in its life.
func (v *VM) SSH(ctx context.Context) (*ssh.Client, error) {
	if v.link == nil {
		return nil, blame.Rigf("SSH: the guest was started without keys")
	}
	if isClosed(v.link.closed) {
		return nil, blame.Rigf("SSH: the guest's one connection is closed")
	}
	limit := v.config.sshWait(v.accel)
	ctx, cancel := patience.WithTimeoutCause(ctx, limit, v.Starved, fmt.Errorf("no answer within %s", limit))
	defer cancel()
	ctx, died := context.WithCancelCause(ctx)
	defer died(nil)
	go func() {
		select {
		case <-v.exited:
			died(qmp.ErrGone)
		case <-ctx.Done():
		}
	}()
	release, err := v.Hold(ctx)
	if err != nil {
		return nil, v.sshFailure(ctx, err)
	}
	defer release()
	client, err := v.login(ctx)
	if err != nil {
		return nil, v.sshFailure(ctx, err)
	}
	return client, nil
}

func (v *VM) login(ctx context.Context) (*ssh.Client, error) {
	config := &ssh.ClientConfig{
		// Without ML-KEM, which is the default, an emulated guest needs a tenth
		// less processor time to connect; nobody listens on a socket pair. Other
		// ciphers make no difference.
		Config:            ssh.Config{KeyExchanges: []string{ssh.KeyExchangeCurve25519}},
		User:              "root",
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(v.config.Keys.client)},
		HostKeyCallback:   ssh.FixedHostKey(v.config.Keys.host),
		HostKeyAlgorithms: []string{v.config.Keys.host.Type()},
	}
	return handshake(ctx, v.link, config)
}

// handshake does what ssh.Dial would do if it took a context.
func handshake(ctx context.Context, conn net.Conn, config *ssh.ClientConfig) (*ssh.Client, error) {
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	c, channels, requests, err := ssh.NewClientConn(conn, "guest", config)
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

// sshFailure blames whoever ended the guest, or the kernel if the console shows
// that it crashed without ending the guest. A broken connection may be the first
// sign of QEMU's end.
func (v *VM) sshFailure(ctx context.Context, err error) error {
	v.awaitLastWords(ctx)
	if death := v.Death(); death != nil {
		return death
	}
	if isClosed(v.exited) {
		err = qmp.ErrGone
	}
	e := v.withConsole(&blame.Error{Summary: "SSH to the guest", Err: err})
	if crash := v.console.Crash(); crash != "" {
		e.Party, e.Summary = blame.Kernel, "SSH to the guest, whose kernel crashed: "+crash
	}
	return e
}

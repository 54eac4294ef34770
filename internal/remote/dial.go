// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// The limits of a login. A machine that boots under emulation takes seconds for each.
const (
	dialLimit  = 20 * time.Second // for an answer to the connection
	loginLimit = time.Minute      // for the server to let the user in
)

// Options say how to reach a machine.
type Options struct {
	Target
	Key        string       // a private key; empty: those of the SSH agent, and the usual files
	KnownHosts string       // must have the machine's key; empty: Pins is used
	Pins       string       // the file in which the keys of new machines are kept
	Notice     func(string) // one-liners for people; may be nil
}

func (o Options) hostKeys() hostKeys {
	h := hostKeys{file: o.KnownHosts, notice: o.Notice}
	if h.file == "" {
		h.file, h.pin = o.Pins, true
	}
	if h.notice == nil {
		h.notice = func(string) {}
	}
	return h
}

// dial logs in to the machine. The client lives until it is closed, whatever becomes of
// ctx.
func dial(ctx context.Context, o Options) (*ssh.Client, error) {
	id, err := identify(o.Key)
	if err != nil {
		return nil, err
	}
	defer id.close()
	check, kinds, err := o.hostKeys().open(o.Target)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: dialLimit, KeepAlive: dialLimit}
	conn, err := d.DialContext(ctx, "tcp", o.Address())
	if err != nil {
		return nil, unreachable(ctx, o.Target, err)
	}
	client, err := login(ctx, conn, &ssh.ClientConfig{
		User: o.User, Auth: []ssh.AuthMethod{ssh.PublicKeys(id.signers...)}, HostKeyCallback: check, HostKeyAlgorithms: kinds,
	}, o.Address())
	if err != nil {
		return nil, refused(ctx, o.Target, id, err)
	}
	return client, nil
}

// login is the handshake, which ends with ctx. It closes conn if it fails.
func login(ctx context.Context, conn net.Conn, config *ssh.ClientConfig, address string) (*ssh.Client, error) {
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	err := conn.SetDeadline(time.Now().Add(loginLimit))
	if err == nil {
		var c ssh.Conn
		var channels <-chan ssh.NewChannel
		var requests <-chan *ssh.Request
		if c, channels, requests, err = ssh.NewClientConn(conn, address, config); err == nil {
			err = conn.SetDeadline(time.Time{})
			if err == nil && stop() {
				return ssh.NewClient(c, channels, requests), nil
			}
		}
	}
	conn.Close()
	return nil, err
}

// unreachable is the error of a machine to which there is no connection. It is
// transient if a machine that boots may cause it, as is that of a login.
func unreachable(ctx context.Context, t Target, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	e := &blame.Error{Party: blame.User, Err: err}
	var unknown *net.DNSError
	switch {
	case errors.As(err, &unknown):
		e.Summary, e.Err = "nothing is called "+t.Host, nil
		e.Advice = "name the machine's address, or add its name to /etc/hosts"
	case errors.Is(err, unix.ECONNREFUSED):
		e.Summary, e.Err, e.Transient = "no SSH server listens on "+t.Address(), nil, true
		e.Advice = "install openssh-server there, or name its port with --ssh-port"
	case errors.Is(err, os.ErrDeadlineExceeded):
		e.Summary, e.Err, e.Transient = fmt.Sprintf("%s does not answer within %v", t.Address(), dialLimit), nil, true
		e.Advice = "see whether the machine runs, and whether a firewall is in the way"
	default:
		e.Summary = t.Address() + " cannot be reached"
	}
	return e
}

// ErrKey is in the error of a login with a key that is not accepted.
var ErrKey = errors.New("does not accept the key")

// refused is the error of a login that failed. The SSH library has words, but no types,
// for what a server accepts.
func refused(ctx context.Context, t Target, id *identity, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if e, ok := errors.AsType[*blame.Error](err); ok {
		return e // of the machine's key
	}
	said := err.Error()
	e := &blame.Error{Party: blame.User, Err: err}
	switch {
	case strings.Contains(said, "unable to authenticate") && !strings.Contains(said, "publickey"):
		e.Summary, e.Err = t.String()+" may log in with a password only", nil
		e.Advice = "klptest types no password: allow keys there (PubkeyAuthentication), then: ssh-copy-id " + t.User + "@" + t.Host
	case strings.Contains(said, "unable to authenticate"):
		e.Err = fmt.Errorf("%s %w (%s)", t, ErrKey, strings.Join(id.names, ", "))
		e.Advice = "name another one with --ssh-key, or add this one there: ssh-copy-id"
	case errors.Is(err, os.ErrDeadlineExceeded):
		e.Summary, e.Err, e.Transient = fmt.Sprintf("the SSH server of %s did not let anybody in within %v", t.Address(), loginLimit), nil, true
	case errors.Is(err, io.EOF), errors.Is(err, unix.ECONNRESET), strings.Contains(said, "overflow reading version string"), strings.Contains(said, "invalid version"):
		e.Summary, e.Err, e.Transient = "what listens on "+t.Address()+" is no SSH server, or it hung up", nil, true
		e.Advice = "name the port of the SSH server with --ssh-port"
	default:
		e.Summary = "the login at " + t.String() + " failed"
	}
	return e
}

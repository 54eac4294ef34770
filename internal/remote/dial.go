// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// Time limits of a login. A machine that boots under emulation takes
// seconds for each step.
const (
	dialLimit  = 20 * time.Second // for the TCP connection
	loginLimit = time.Minute      // for the server to let the user in
)

// Options are the settings for reaching a machine.
type Options struct {
	Target
	Key        string       // a private key file; empty: the keys of the SSH agent and the usual files
	KnownHosts string       // must contain the machine's key; empty: Pins is used
	Pins       string       // the file that keeps the keys of new machines
	Notice     func(string) // takes one-line messages for people; may be nil
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

// dial logs in to the machine. The client stays open until it is closed, even if ctx ends.
func dial(ctx context.Context, o Options) (*ssh.Client, error) {
	id, err := identify(ctx, o.Key)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, err
	}
	defer id.close()
	defer context.AfterFunc(ctx, id.close)() // a login that waits for the SSH agent then fails
	check, kinds, err := o.hostKeys().open(o.Target)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: dialLimit, KeepAlive: dialLimit}
	conn, err := d.DialContext(ctx, "tcp", o.Address())
	if err != nil {
		return nil, unreachable(ctx, o.Target, err)
	}
	id.limit(loginLimit)
	client, err := login(ctx, conn, &ssh.ClientConfig{
		User: o.User, Auth: []ssh.AuthMethod{ssh.PublicKeys(id.signers...)}, HostKeyCallback: check, HostKeyAlgorithms: kinds,
	}, o.Address())
	if err != nil {
		return nil, refused(ctx, o.Target, id, err)
	}
	return client, nil
}

// login does the SSH handshake, and stops it when ctx ends. It closes conn on failure.
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

// absent are the errors of a network in which a machine is not, or no longer.
var absent = []error{unix.EHOSTUNREACH, unix.EHOSTDOWN, unix.ENETUNREACH, unix.ENETDOWN, unix.ECONNRESET, unix.EPIPE}

// isAbsent reports whether a machine that is down may cause the error.
func isAbsent(err error) bool {
	return isTimeout(err) || slices.ContainsFunc(absent, func(e error) bool { return errors.Is(err, e) })
}

// isTimeout reports whether a network error is a timeout. The errors of a dialer's timeout
// have no other property in common.
func isTimeout(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// unreachable is the error for a failed connection. Like a login error, it is
// transient if a machine that is down or still booting may cause it: then its name may
// be unknown as well.
func unreachable(ctx context.Context, t Target, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	e := &blame.Error{Party: blame.User, Err: err}
	var unknown *net.DNSError
	switch {
	case errors.As(err, &unknown):
		e.Summary, e.Err, e.Transient = "nothing is called "+t.Host, nil, true
		e.Advice = "name the machine's address, or add its name to /etc/hosts"
	case errors.Is(err, unix.ECONNREFUSED):
		e.Summary, e.Err, e.Transient = "no SSH server listens on "+t.Address(), nil, true
		e.Advice = "install openssh-server there, or name its port with --ssh-port"
	case isTimeout(err):
		e.Summary, e.Err, e.Transient = fmt.Sprintf("%s does not answer within %v", t.Address(), dialLimit), nil, true
		e.Advice = "see whether the machine runs, and whether a firewall is in the way"
	default:
		e.Summary, e.Transient = t.Address()+" cannot be reached", isAbsent(err)
	}
	return e
}

// ErrKey is in the error chain of a login whose key is not accepted.
var ErrKey = errors.New("does not accept the key")

// refused is the error for a failed login. The SSH library reports the methods a server
// accepts in text only, not in an error type.
func refused(ctx context.Context, t Target, id *identity, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if e, ok := errors.AsType[*blame.Error](err); ok {
		return e // about the host key
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
	case strings.Contains(said, "agent: client error"): // of golang.org/x/crypto/ssh/agent
		e.Summary = "the SSH agent at SSH_AUTH_SOCK does not sign the login at " + t.String()
		e.Advice = "confirm the login if the agent asks for that, or name a private key with --ssh-key"
	case errors.Is(err, os.ErrDeadlineExceeded):
		e.Summary, e.Err, e.Transient = fmt.Sprintf("the SSH server of %s did not let anybody in within %v", t.Address(), loginLimit), nil, true
	case errors.Is(err, io.EOF), errors.Is(err, unix.ECONNRESET), strings.Contains(said, "overflow reading version string"), strings.Contains(said, "invalid version"):
		e.Summary, e.Err, e.Transient = "what listens on "+t.Address()+" is no SSH server, or it hung up", nil, true
		e.Advice = "name the port of the SSH server with --ssh-port"
	default:
		e.Summary, e.Transient = "the login at "+t.String()+" failed", isAbsent(err)
	}
	return e
}

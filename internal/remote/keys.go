// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/klptest/klptest/internal/blame"
)

// usualKeys are the key files that OpenSSH looks for in ~/.ssh.
var usualKeys = []string{"id_ed25519", "id_ecdsa", "id_rsa"}

// agentLimit is how long the SSH agent may take to list its keys.
const agentLimit = 10 * time.Second

// identity has the keys that the user logs in with.
type identity struct {
	signers []ssh.Signer
	names   []string // of the signers, for people
	agent   net.Conn // nil: not used
	failure error    // of the agent; nil: there is none, or it answers
}

func (i *identity) close() {
	if i.agent != nil {
		i.agent.Close()
	}
}

// limit sets how long the SSH agent may take from now on to sign, which the user may have
// to confirm.
func (i *identity) limit(d time.Duration) {
	if i.agent != nil {
		_ = i.agent.SetDeadline(time.Now().Add(d)) // fails on a closed connection, as signing will
	}
}

// identify finds the user's keys: the named one, or those of the SSH agent
// and the usual files.
func identify(ctx context.Context, key string) (*identity, error) {
	if key != "" {
		signer, err := readKey(key)
		if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
			return nil, blame.AdviseUserf("add it to your SSH agent (ssh-add "+key+"), and leave --ssh-key out", "%s has a passphrase, which klptest does not ask for", key)
		}
		if err != nil {
			return nil, err
		}
		return &identity{signers: []ssh.Signer{signer}, names: []string{key}}, nil
	}
	i := &identity{}
	i.askAgent(ctx, os.Getenv("SSH_AUTH_SOCK"), agentLimit)
	home, _ := os.UserHomeDir()
	for _, name := range usualKeys {
		path := filepath.Join(home, ".ssh", name)
		if signer, err := readKey(path); err == nil && !i.has(signer) {
			i.signers, i.names = append(i.signers, signer), append(i.names, path)
		}
	}
	if len(i.signers) == 0 {
		i.close()
		return nil, i.none()
	}
	return i, nil
}

// none is the error for a user without keys.
func (i *identity) none() error {
	e := &blame.Error{Party: blame.User, Summary: "there is no SSH key to log in with", Advice: "name a private key with --ssh-key, or add one to your SSH agent"}
	if i.failure != nil {
		e.Summary, e.Err = e.Summary+", and the SSH agent at SSH_AUTH_SOCK does not list any", i.failure
	}
	return e
}

// askAgent adds the keys of the SSH agent, if there is one that answers. The socket of a
// forwarded agent may outlive the connection to it.
func (i *identity) askAgent(ctx context.Context, socket string, limit time.Duration) {
	if socket == "" {
		return
	}
	d := net.Dialer{Timeout: limit}
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return // the SSH agent has exited
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	signers, err := signersOf(conn, limit)
	if i.failure = err; err != nil || len(signers) == 0 {
		conn.Close()
		return
	}
	i.agent, i.signers = conn, signers
	i.names = append(i.names, "the SSH agent's")
}

// signersOf returns the keys of an SSH agent, which must list them within the limit.
func signersOf(conn net.Conn, limit time.Duration) ([]ssh.Signer, error) {
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return nil, err
	}
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		return nil, err
	}
	return signers, conn.SetDeadline(time.Time{})
}

func (i *identity) has(s ssh.Signer) bool {
	return slices.ContainsFunc(i.signers, func(o ssh.Signer) bool {
		return string(o.PublicKey().Marshal()) == string(s.PublicKey().Marshal())
	})
}

func readKey(path string) (ssh.Signer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, blame.Unreadable(path, err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	if err != nil {
		if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
			return nil, err
		}
		return nil, &blame.Error{Party: blame.User, Summary: path + " is no private SSH key", Err: err}
	}
	return signer, nil
}

// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/klptest/klptest/internal/blame"
)

// usualKeys are the key files that OpenSSH looks for in ~/.ssh.
var usualKeys = []string{"id_ed25519", "id_ecdsa", "id_rsa"}

// identity has the keys that the user logs in with.
type identity struct {
	signers []ssh.Signer
	names   []string // of the signers, for people
	agent   net.Conn // nil: not used
}

func (i *identity) close() {
	if i.agent != nil {
		i.agent.Close()
	}
}

// identify finds the user's keys: the named one, or those of the SSH agent
// and the usual files.
func identify(key string) (*identity, error) {
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
	i.askAgent(os.Getenv("SSH_AUTH_SOCK"))
	home, _ := os.UserHomeDir()
	for _, name := range usualKeys {
		path := filepath.Join(home, ".ssh", name)
		if signer, err := readKey(path); err == nil && !i.has(signer) {
			i.signers, i.names = append(i.signers, signer), append(i.names, path)
		}
	}
	if len(i.signers) == 0 {
		i.close()
		return nil, blame.AdviseUserf("name a private key with --ssh-key, or add one to your SSH agent", "there is no SSH key to log in with")
	}
	return i, nil
}

// askAgent adds the keys of the SSH agent, if there is one.
func (i *identity) askAgent(socket string) {
	if socket == "" {
		return
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return // the SSH agent has exited
	}
	signers, err := agent.NewClient(conn).Signers()
	if err != nil || len(signers) == 0 {
		conn.Close()
		return
	}
	i.agent, i.signers = conn, signers
	i.names = append(i.names, "the SSH agent's")
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

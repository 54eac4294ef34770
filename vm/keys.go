// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// Keys are the SSH keys of one guest: one pair that we log in with, one that
// the guest proves itself with. They live as long as the guest and, when it
// becomes a template, as the template.
type Keys struct {
	client    ssh.Signer
	clientPEM []byte
	host      ssh.PublicKey
	hostPEM   []byte // empty in a clone: its guest has the key already
}

// NewKeys makes an ed25519 client pair and a host key.
func NewKeys() (*Keys, error) {
	client, clientPEM, err := newKey()
	if err != nil {
		return nil, fmt.Errorf("client key: %w", err)
	}
	host, hostPEM, err := newKey()
	if err != nil {
		return nil, fmt.Errorf("host key: %w", err)
	}
	return &Keys{client: client, clientPEM: clientPEM, host: host.PublicKey(), hostPEM: hostPEM}, nil
}

func newKey() (ssh.Signer, []byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, nil, err
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return nil, nil, err
	}
	return signer, pem.EncodeToMemory(block), nil
}

// HostKey is the key that the guest proves itself with: private, OpenSSH PEM. A
// clone's is in the guest's memory only, and empty here.
func (k *Keys) HostKey() []byte { return k.hostPEM }

// AuthorizedKey is the key that may log in, as a line of authorized_keys.
func (k *Keys) AuthorizedKey() []byte { return ssh.MarshalAuthorizedKey(k.client.PublicKey()) }

// storedKeys are what logging in to a clone takes. The private half of the
// host key is in the guest's memory only.
type storedKeys struct {
	Client []byte `json:"client"` // private, OpenSSH PEM
	Host   []byte `json:"host"`   // public, in the wire format
}

func (k *Keys) stored() storedKeys { return storedKeys{k.clientPEM, k.host.Marshal()} }

func (s storedKeys) keys() (*Keys, error) {
	client, err := ssh.ParsePrivateKey(s.Client)
	if err != nil {
		return nil, fmt.Errorf("client key: %w", err)
	}
	host, err := ssh.ParsePublicKey(s.Host)
	if err != nil {
		return nil, fmt.Errorf("host key: %w", err)
	}
	return &Keys{client: client, clientPEM: s.Client, host: host}, nil
}

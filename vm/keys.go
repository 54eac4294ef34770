// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// Keys are the SSH keys of one guest: the pair that klptest logs in with, and
// the guest's host key. They live as long as the guest or, if it becomes a
// template, as long as the template.
type Keys struct {
	client    ssh.Signer
	clientPEM []byte
	host      ssh.PublicKey
	hostPEM   []byte // empty in a clone: its guest has the key already
}

// NewKeys generates a client key pair and a host key, both ed25519.
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

// HostKey returns the guest's private host key in OpenSSH PEM format. It is
// empty for a clone, whose key is only in the guest's memory.
func (k *Keys) HostKey() []byte { return k.hostPEM }

// AuthorizedKey returns the key that may log in, as a line of authorized_keys.
func (k *Keys) AuthorizedKey() []byte { return ssh.MarshalAuthorizedKey(k.client.PublicKey()) }

// storedKeys are the keys that a login to a clone needs. The private half of
// the host key is only in the guest's memory.
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

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
// the guest proves itself with. Neither outlives the run.
type Keys struct {
	client  ssh.Signer
	host    ssh.PublicKey
	hostPEM []byte
}

// NewKeys makes an ed25519 client pair and a host key.
func NewKeys() (*Keys, error) {
	_, clientKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("client key: %w", err)
	}
	client, err := ssh.NewSignerFromKey(clientKey)
	if err != nil {
		return nil, fmt.Errorf("client key: %w", err)
	}
	hostPub, hostKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("host key: %w", err)
	}
	host, err := ssh.NewPublicKey(hostPub)
	if err != nil {
		return nil, fmt.Errorf("host key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(hostKey, "")
	if err != nil {
		return nil, fmt.Errorf("host key: %w", err)
	}
	return &Keys{client: client, host: host, hostPEM: pem.EncodeToMemory(block)}, nil
}

// GuestFiles are the files of the guest's initramfs that go with the keys, by
// path: its host key (OpenSSH PEM, private) and who may log in.
func (k *Keys) GuestFiles() map[string][]byte {
	return map[string][]byte{
		"etc/klptest/host_key":        k.hostPEM,
		"etc/klptest/authorized_keys": ssh.MarshalAuthorizedKey(k.client.PublicKey()),
	}
}

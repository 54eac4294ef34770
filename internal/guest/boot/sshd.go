// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/kernel"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

// sshd serves the agent and shells to clients with an authorized key.
type sshd struct {
	config   *ssh.ServerConfig
	kernel   kernel.Kernel
	files    rootfs.Tree                      // its own view
	world    rootfs.Tree                      // the case's
	complain func(format string, args ...any) // logs errors
}

// sshConfig reads the keys. It allows only algorithms that are cheap under
// emulation.
func sshConfig(files rootfs.Tree) (*ssh.ServerConfig, error) {
	hostKey, err := files.Read(guest.HostKey, 64<<10)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKey([]byte(hostKey + "\n"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", guest.HostKey, err)
	}
	keys, err := authorizedKeys(files)
	if err != nil {
		return nil, err
	}
	config := &ssh.ServerConfig{
		Config: ssh.Config{
			KeyExchanges: []string{ssh.KeyExchangeCurve25519},
			Ciphers:      []string{ssh.CipherChaCha20Poly1305, ssh.CipherAES128GCM},
		},
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if !slices.Contains(keys, string(key.Marshal())) {
				return nil, errors.New("this key is not authorized")
			}
			return nil, nil
		},
	}
	config.AddHostKey(signer)
	return config, nil
}

func authorizedKeys(files rootfs.Tree) (keys []string, err error) {
	text, err := files.Read(guest.AuthorizedKeys, 64<<10)
	if err != nil {
		return nil, err
	}
	for rest := []byte(text); len(rest) > 0; {
		var key ssh.PublicKey
		if key, _, _, rest, err = ssh.ParseAuthorizedKey(rest); err != nil {
			return nil, fmt.Errorf("%s: %w", guest.AuthorizedKeys, err)
		}
		keys = append(keys, string(key.Marshal()))
	}
	return keys, nil
}

// serve accepts connections until ln is closed, then waits for the open ones.
func (s *sshd) serve(ln net.Listener) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		conn, err := ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		wg.Go(func() {
			defer conn.Close()
			if err := s.connection(conn); err != nil && !errors.Is(err, io.EOF) {
				s.complain("ssh: a connection failed") // err may quote the other end
			}
		})
	}
}

// connection sets no time limit for the handshake: the host has one, and the guest's
// clock may jump while it waits for the host.
func (s *sshd) connection(conn net.Conn) error {
	sc, channels, requests, err := ssh.NewServerConn(conn, s.config)
	if err != nil {
		return err
	}
	defer sc.Close()
	go ssh.DiscardRequests(requests)
	var wg sync.WaitGroup
	defer wg.Wait()
	for nc := range channels {
		if nc.ChannelType() != "session" {
			_ = nc.Reject(ssh.UnknownChannelType, "only sessions are served")
			continue
		}
		ch, reqs, err := nc.Accept()
		if err != nil {
			return err
		}
		wg.Go(func() { s.session(conn, ch, reqs) })
	}
	return nil
}

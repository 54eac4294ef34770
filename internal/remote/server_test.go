// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"crypto/ed25519"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/internal/guest/agent"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
)

// server is the SSH server of a machine. A test sets the answers to commands.
type server struct {
	kernel  *kerneltest.Kernel
	config  *ssh.ServerConfig
	host    ssh.Signer
	user    ssh.PublicKey
	answers map[string]answer // by command prefix; the longest match counts
	address string

	freezes string        // the beginning of the event at which the machine freezes; empty: never
	frozen  chan struct{} // closed then
	over    chan struct{} // closed at the end of the test

	mu  sync.Mutex
	ran []string
}

type answer struct {
	out, err string
	status   int
	hangs    bool // until the test is over
}

// newKey makes a key and writes it to a file.
func newKey(t *testing.T, passphrase string) (ssh.Signer, string) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	path := filepath.Join(t.TempDir(), "key")
	if err := errors.Join(err, os.WriteFile(path, pem.EncodeToMemory(block), 0o600)); err != nil {
		t.Fatal(err)
	}
	return signer, path
}

// newServer starts a server on which everything succeeds, and returns a Machine for it.
func newServer(t *testing.T) (*server, *Machine) {
	t.Helper()
	s := &server{kernel: kerneltest.New(t), frozen: make(chan struct{}), over: make(chan struct{}), answers: map[string]answer{
		"id -u": {out: "1000\n"}, "sudo -n true": {}, "uname -m": {out: "x86_64\n"}, "umask": {out: "/tmp/klptest-agent.a1B2\n"},
	}}
	user, key := newKey(t, "")
	s.user = user.PublicKey()
	s.host, _ = newKey(t, "")
	s.config = &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(s.user.Marshal()) {
			return nil, errors.New("no")
		}
		return nil, nil
	}}
	s.config.AddHostKey(s.host)
	s.listen(t)
	target, err := ParseTarget("me@"+s.address, 0)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "klptest")
	if err := os.WriteFile(program, []byte(strings.Repeat("ELF", 100_000)), 0o700); err != nil {
		t.Fatal(err)
	}
	return s, &Machine{Program: program, Options: Options{Target: target, Key: key, Pins: filepath.Join(t.TempDir(), "klptest/known_hosts")}}
}

func (s *server) listen(t *testing.T) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = ln.Addr().String()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		close(s.over)
		wg.Wait()
	})
}

func (s *server) serve(conn net.Conn) {
	defer conn.Close()
	go func() {
		<-s.over
		conn.Close() // a client that hangs does not
	}()
	_, channels, requests, err := ssh.NewServerConn(freezing{conn, s}, s.config)
	if err != nil {
		return
	}
	s.reach("login")
	go ssh.DiscardRequests(requests)
	var wg sync.WaitGroup
	defer wg.Wait()
	for nc := range channels {
		ch, reqs, err := nc.Accept()
		if err != nil {
			return
		}
		wg.Go(func() {
			for req := range reqs {
				_ = req.Reply(true, nil)
				if req.Type == "exec" {
					wg.Go(func() { s.exec(ch, string(req.Payload[4:])) })
				}
			}
		})
	}
}

// reach is called at each event. A login and the end of a command come before the next
// request of the client, which then waits forever.
func (s *server) reach(event string) {
	if s.freezes != "" && strings.HasPrefix(event, s.freezes) {
		close(s.frozen)
	}
}

// freezing is the machine's end of a connection. A frozen machine takes what is sent to
// it, and says nothing any more.
type freezing struct {
	net.Conn
	s *server
}

func (f freezing) Write(p []byte) (int, error) {
	select {
	case <-f.s.frozen:
		<-f.s.over
		return 0, net.ErrClosed
	default:
		return f.Conn.Write(p)
	}
}

func (s *server) exec(ch ssh.Channel, line string) {
	s.reach("start of " + line)
	defer s.reach("end of " + line)
	defer ch.Close()
	s.mu.Lock()
	s.ran = append(s.ran, line)
	best, known := "", false
	for prefix := range s.answers {
		if strings.HasPrefix(line, prefix) && len(prefix) >= len(best) {
			best, known = prefix, true
		}
	}
	a := s.answers[best]
	s.mu.Unlock()
	if strings.HasPrefix(line, "cat > ") || strings.HasSuffix(line, " agent-at-port") && a.status == 0 {
		_, _ = io.Copy(io.Discard, ch)
	}
	if !known && strings.HasSuffix(line, " agent-on-stdio") {
		_ = agent.New(s.kernel, s.kernel.Root, s.kernel.Root).Serve(ch)
	}
	if a.hangs {
		<-s.over
	}
	if a.out == "hello\n" {
		_, _ = ch.Read(make([]byte, 1)) // of the request
	}
	fmt.Fprint(ch, a.out)
	fmt.Fprint(ch.Stderr(), a.err)
	_, _ = ch.SendRequest("exit-status", false, binary.BigEndian.AppendUint32(nil, uint32(a.status)))
}

// commands returns the commands that were run.
func (s *server) commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ran
}

// nope refuses all passwords.
func nope(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) { return nil, errors.New("no") }

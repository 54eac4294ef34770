// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"bytes"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/machine/machinetest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/agent"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
)

func newKey(t *testing.T) (ed25519.PrivateKey, ssh.Signer) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return key, signer
}

// sshGuest is an SSH server on the loopback.
type sshGuest struct {
	addr       string
	agent      *agent.Agent
	kernel     *kerneltest.Kernel
	host, user ssh.Signer

	mu         sync.Mutex
	complaints []string
}

func newSSHGuest(t *testing.T) *sshGuest {
	t.Helper()
	a, k := newGuest(t)
	g := &sshGuest{agent: a, kernel: k}
	var hostKey ed25519.PrivateKey
	hostKey, g.host = newKey(t)
	_, g.user = newKey(t)
	block, err := ssh.MarshalPrivateKey(hostKey, "")
	if err != nil {
		t.Fatal(err)
	}
	rootfstest.Put(t, k.Root, guest.HostKey, string(pem.EncodeToMemory(block)))
	_, other := newKey(t)
	rootfstest.Put(t, k.Root, guest.AuthorizedKeys, string(ssh.MarshalAuthorizedKey(other.PublicKey()))+
		string(ssh.MarshalAuthorizedKey(g.user.PublicKey())))
	config, err := sshConfig(k.Root)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g.addr = ln.Addr().String()
	s := &sshd{config: config, kernel: k, files: k.Root, world: k.Root, complain: g.complain}
	served := make(chan error, 1)
	go func() { served <- s.serve(ln) }()
	t.Cleanup(func() {
		ln.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return g
}

func (g *sshGuest) complain(format string, args ...any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.complaints = append(g.complaints, fmt.Sprintf(format, args...))
}

func (g *sshGuest) dial(t *testing.T) *ssh.Client {
	t.Helper()
	conn, err := ssh.Dial("tcp", g.addr, g.clientConfig(g.user))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func (g *sshGuest) clientConfig(user ssh.Signer) *ssh.ClientConfig {
	return &ssh.ClientConfig{
		Auth:            []ssh.AuthMethod{ssh.PublicKeys(user)},
		HostKeyCallback: ssh.FixedHostKey(g.host.PublicKey()),
	}
}

func TestConnect(t *testing.T) {
	g := newSSHGuest(t)
	c, err := client.Connect(t.Context(), g.dial(t), client.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ans := machinetest.Step(t, c, machinetest.Cmd(machine.Cat, "/proc/sys/kernel/tainted")); ans.Output != "4096" {
		t.Errorf("%+v", ans)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.End(t.Context()); err == nil {
		t.Error("a call after Close")
	}
}

func TestConnectNamesAKernelWithoutLivepatch(t *testing.T) {
	g := newSSHGuest(t)
	os.RemoveAll(g.kernel.Root.Path("/sys/kernel/livepatch"))
	if _, err := client.Connect(t.Context(), g.dial(t), client.Time{}); blame.Of(err) != blame.User {
		t.Error(err)
	}
}

func TestConnectToADeadConnection(t *testing.T) {
	g := newSSHGuest(t)
	conn := g.dial(t)
	conn.Close()
	if _, err := client.Connect(t.Context(), conn, client.Time{}); err == nil {
		t.Error("no error")
	}
}

func TestOnlyAuthorizedKeys(t *testing.T) {
	g := newSSHGuest(t)
	_, stranger := newKey(t)
	if conn, err := ssh.Dial("tcp", g.addr, g.clientConfig(stranger)); err == nil {
		conn.Close()
		t.Error("a stranger got in")
	}
	none := g.clientConfig(stranger)
	none.Auth = []ssh.AuthMethod{ssh.Password("")}
	if conn, err := ssh.Dial("tcp", g.addr, none); err == nil {
		conn.Close()
		t.Error("a password got in")
	}
}

func TestSSHConfigErrors(t *testing.T) {
	g := newSSHGuest(t)
	files := g.kernel.Root
	rootfstest.Put(t, files, guest.AuthorizedKeys, "no key\n")
	if _, err := sshConfig(files); err == nil || !strings.Contains(err.Error(), guest.AuthorizedKeys) {
		t.Error(err)
	}
	rootfstest.Put(t, files, guest.HostKey, "no key\n")
	if _, err := sshConfig(files); err == nil || !strings.Contains(err.Error(), guest.HostKey) {
		t.Error(err)
	}
}

func exitCode(err error) int {
	var exit *ssh.ExitError
	if errors.As(err, &exit) {
		return exit.ExitStatus()
	}
	if err != nil {
		return -1
	}
	return 0
}

func newSession(t *testing.T, g *sshGuest) *ssh.Session {
	t.Helper()
	s, err := g.dial(t).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExec(t *testing.T) {
	g := newSSHGuest(t)
	rootfstest.Busybox(t, g.kernel.Root)
	s := newSession(t, g)
	var out, errs bytes.Buffer
	s.Stdin, s.Stdout, s.Stderr = strings.NewReader("in"), &out, &errs
	if code := exitCode(s.Run("cat; echo err >&2; exit 3")); code != 3 || out.String() != "in" || errs.String() != "err\n" {
		t.Errorf("exit %d, %q, %q", code, out.String(), errs.String())
	}
	if code := exitCode(newSession(t, g).Run("kill -9 $$")); code != 128+9 {
		t.Errorf("killed: exit %d", code)
	}
}

// A command that reads nothing ends even though its client stays.
func TestExecDoesNotWaitForInput(t *testing.T) {
	g := newSSHGuest(t)
	rootfstest.Busybox(t, g.kernel.Root)
	s := newSession(t, g)
	in, err := s.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if code := exitCode(s.Run("true")); code != 0 {
		t.Errorf("exit %d", code)
	}
}

func TestShellWithoutBusybox(t *testing.T) {
	g := newSSHGuest(t)
	s := newSession(t, g)
	var errs bytes.Buffer
	s.Stderr = &errs
	if code := exitCode(s.Run("true")); code != failedToRun || !strings.Contains(errs.String(), "no busybox in this guest") {
		t.Errorf("exit %d, %q", code, errs.String())
	}
}

func TestShellOnATerminal(t *testing.T) {
	g := newSSHGuest(t)
	useHostTerminals(t, g)
	rootfstest.Busybox(t, g.kernel.Root)
	s := newSession(t, g)
	var out bytes.Buffer
	s.Stdout = &out
	if err := s.RequestPty("xterm", 30, 100, nil); err != nil {
		t.Fatal(err)
	}
	in, err := s.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start("stty size; read x; stty size; exit 5"); err != nil {
		t.Fatal(err)
	}
	if err := s.WindowChange(40, 120); err != nil {
		t.Fatal(err)
	}
	// The requests of a session keep their order, so the new size is there
	// before this line can be read.
	io.WriteString(in, "go\n")
	if code := exitCode(s.Wait()); code != 5 {
		t.Errorf("exit %d", code)
	}
	if !strings.HasSuffix(out.String(), "40 120\r\n") {
		t.Errorf("%q", out.String())
	}
}

// useHostTerminals makes the guest's /dev the host's.
func useHostTerminals(t *testing.T, g *sshGuest) {
	t.Helper()
	if _, err := os.Stat("/dev/ptmx"); err != nil {
		t.Skip("no /dev/ptmx here")
	}
	if err := os.Symlink("/dev", g.kernel.Root.Path("/dev")); err != nil {
		t.Fatal(err)
	}
}

// A session's program ends when its client goes, with or without a terminal.
func TestHangUp(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		t.Run(fmt.Sprintf("terminal=%v", terminal), func(t *testing.T) {
			g := newSSHGuest(t) // waits for all sessions to end
			useHostTerminals(t, g)
			rootfstest.Busybox(t, g.kernel.Root)
			conn := g.dial(t)
			s, err := conn.NewSession()
			if err != nil {
				t.Fatal(err)
			}
			if terminal {
				err = s.RequestPty("xterm", 1, 1, nil)
			}
			out, err1 := s.StdoutPipe()
			if err := errors.Join(err, err1, s.Start("echo up; exec sleep 1000")); err != nil {
				t.Fatal(err)
			}
			if _, err := out.Read(make([]byte, 8)); err != nil { // it runs
				t.Fatal(err)
			}
			conn.Close()
		})
	}
}

func TestSessionRefuses(t *testing.T) {
	g := newSSHGuest(t)
	conn := g.dial(t)
	if _, _, err := conn.OpenChannel("direct-tcpip", nil); err == nil {
		t.Error("a forwarded port")
	}
	s := newSession(t, g)
	if err := s.RequestSubsystem("sftp"); err == nil {
		t.Error("an unknown subsystem")
	}
	if err := s.RequestPty("xterm", 1, 1, nil); err != nil {
		t.Error(err)
	}
	if err := s.RequestSubsystem(guest.Subsystem); err == nil {
		t.Error("a terminal without /dev/ptmx")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.complaints) != 1 || !strings.HasPrefix(g.complaints[0], "terminal: ") {
		t.Errorf("%q", g.complaints)
	}
}

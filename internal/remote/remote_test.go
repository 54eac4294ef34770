// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/klptest/klptest/internal/blame"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]Target{
		"root@192.0.2.7":          {User: "root", Host: "192.0.2.7", Port: 22},
		"me@box.example:2222":     {User: "me", Host: "box.example", Port: 2222},
		"me@[2001:db8::7]:2222":   {User: "me", Host: "2001:db8::7", Port: 2222},
		"me@2001:db8::7":          {User: "me", Host: "2001:db8::7", Port: 22},
		"me@box:0":                {},
		"me@box:70000":            {},
		"box":                     {},
		"@box":                    {},
		"me@":                     {},
		"me@box x":                {},
		"me@box,other":            {},
		"me@\x1b[31mbox":          {},
		"me@you@box":              {},
		"me@*":                    {},
		"me@box:22 ssh-ed25519 A": {},
	} {
		got, err := ParseTarget(text, 0)
		if got != want || (err == nil) != (want != Target{}) {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
		if err != nil && blame.Of(err) != blame.User {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestPortOfTarget: the address and the flag may both have a port if it is the same.
func TestPortOfTarget(t *testing.T) {
	for text, want := range map[string]int{"me@box": 2222, "me@box:2222": 2222, "me@box:22": 0, "me@[2001:db8::7]:1": 0} {
		got, err := ParseTarget(text, 2222)
		if got.Port != want || (err == nil) != (want != 0) {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
		if err != nil && (blame.Of(err) != blame.User || err.Error() != text+" has another port than --ssh-port 2222") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestConnect: a user with sudo rights reaches the agent, and the new host key is
// reported only once.
func TestConnect(t *testing.T) {
	s, m := newServer(t)
	var said []string
	m.Notice = func(line string) { said = append(said, line) }
	for range 2 {
		c, err := m.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		survey, err := c.Survey(t.Context())
		if err != nil || survey.Release != "6.12.0-fake" || !cmp.Equal(survey.Modules, []string{"virtio_net"}) {
			t.Errorf("%+v, %v", survey, err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if len(said) != 1 || !strings.Contains(said[0], "SHA256:") || !strings.Contains(said[0], m.Pins) {
		t.Errorf("said %q", said)
	}
	want := []string{"id -u", "sudo -n true", "uname -m", "umask 077; mktemp -d /tmp/klptest-agent.XXXXXXXXXX",
		"cat > /tmp/klptest-agent.a1B2/klptest && chmod 700 /tmp/klptest-agent.a1B2/klptest", "sudo -n /tmp/klptest-agent.a1B2/klptest agent-on-stdio"}
	if diff := cmp.Diff(append(want, want...), s.commands()); diff != "" {
		t.Error(diff)
	}
}

func TestConnectAsRoot(t *testing.T) {
	s, m := newServer(t)
	s.answers["id -u"] = answer{out: "Welcome!\n0\n"} // after output of a profile
	c, err := m.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if last := s.commands()[len(s.commands())-1]; strings.Contains(last, "sudo") {
		t.Error(last)
	}
}

// wantUser checks that an error blames the user, and its text.
func wantUser(t *testing.T, err error, want string) {
	t.Helper()
	if e, ok := errors.AsType[*blame.Error](err); !ok || e.Party != blame.User || !strings.Contains(e.Error(), want) || e.Advice == "" {
		t.Errorf("got %v, want a user's error with advice: %s", err, want)
	}
}

func TestMachinesThatCannotBeUsed(t *testing.T) {
	for name, tc := range map[string]struct {
		answers map[string]answer
		want    string
		removed bool // what was sent to the machine
	}{
		"no sudo":          {map[string]answer{"sudo -n true": {err: "sh: 1: sudo: not found\n", status: 127}}, "there is no sudo", false},
		"sudo asks":        {map[string]answer{"sudo -n true": {err: "sudo: a password is required\n", status: 1}}, "sudo asks me@", false},
		"not in sudoers":   {map[string]answer{"sudo -n true": {err: "me is not in the sudoers file.\n", status: 1}}, "may not sudo: me is not in the sudoers file.", false},
		"forced command":   {map[string]answer{"id -u": {out: "Bonjour\x1b[31m\n"}}, "does not run what it is asked to", false},
		"no shell":         {map[string]answer{"id -u": {out: "This account is not available.\n", status: 1}}, "does not run what it is asked to", false},
		"another machine":  {map[string]answer{"uname -m": {out: "aarch64\n"}}, "is aarch64", false},
		"full disk":        {map[string]answer{"umask": {err: "mktemp: failed to create directory: No space left on device\n", status: 1}}, "the disk of me@", false},
		"full on the way":  {map[string]answer{"cat": {err: "cat: write error: No space left on device\n", status: 1}}, "the disk of me@", true},
		"read-only":        {map[string]answer{"umask": {err: "mktemp: failed to create directory: Read-only file system\n", status: 1}}, "takes no file in /tmp: mktemp: failed to create directory: Read-only", false},
		"noexec":           {map[string]answer{"sudo -n /tmp": {err: "sudo: unable to execute /tmp/klptest-agent.a1B2/klptest: Permission denied\n", status: 1}}, "cannot be started", true},
		"sudo, but not so": {map[string]answer{"sudo -n /tmp": {err: "sudo: a password is required\n", status: 1}}, "sudo asks me@", true},
	} {
		t.Run(name, func(t *testing.T) {
			s, m := newServer(t)
			for prefix, a := range tc.answers {
				s.answers[prefix] = a
			}
			_, err := m.Connect(t.Context())
			if name == "another machine" {
				if blame.Of(err) != blame.User || !strings.Contains(err.Error(), tc.want) {
					t.Error(err)
				}
			} else {
				wantUser(t, err, tc.want)
			}
			last := s.commands()[len(s.commands())-1]
			if removed := last == "rm -rf /tmp/klptest-agent.a1B2"; removed != tc.removed {
				t.Errorf("the last command was %s", last)
			}
		})
	}
}

// TestInterruptedConnect: an interrupt leaves nothing on the machine.
func TestInterruptedConnect(t *testing.T) {
	for _, command := range []string{"cat", "sudo -n /tmp"} {
		s, m := newServer(t)
		s.answers[command] = answer{hangs: true}
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(200*time.Millisecond, interrupt)
		if _, err := m.Connect(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", command, err)
		}
		if last := s.commands()[len(s.commands())-1]; last != "rm -rf /tmp/klptest-agent.a1B2" {
			t.Errorf("%s: the last command was %s", command, last)
		}
	}
}

// TestHostileMktemp: the output of mktemp becomes part of commands.
func TestHostileMktemp(t *testing.T) {
	for _, out := range []string{"/tmp/klptest-agent.x; reboot", "/etc", "/tmp/klptest-agent.x/../../etc", "", "/tmp/klptest-agent.$(id)"} {
		s, m := newServer(t)
		s.answers["umask"] = answer{out: out + "\n"}
		if _, err := m.Connect(t.Context()); err == nil || !strings.Contains(err.Error(), "mktemp of") {
			t.Errorf("%q: %v", out, err)
		}
		if n := len(s.commands()); n != 4 {
			t.Errorf("%q: %q", out, s.commands())
		}
	}
}

func TestAgentThatCannotServe(t *testing.T) {
	s, m := newServer(t)
	s.answers["sudo -n /tmp"] = answer{err: "another klptest uses this machine\n", status: 1}
	if _, err := m.Connect(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "ended: another klptest uses this machine") || blame.Of(err) != blame.Rig {
		t.Error(err)
	}
	s.answers["sudo -n /tmp"] = answer{out: "hello\n"}
	if _, err := m.Connect(t.Context()); err == nil || !strings.Contains(err.Error(), "not JSON") {
		t.Error(err)
	}
}

func TestKernelWithoutLivepatch(t *testing.T) {
	s, m := newServer(t)
	if err := os.RemoveAll(s.kernel.Root.Path("/sys/kernel/livepatch")); err != nil {
		t.Fatal(err)
	}
	_, err := m.Connect(t.Context())
	wantUser(t, err, "CONFIG_LIVEPATCH")
}

func TestKeys(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*server, *Machine)
		want   string
	}{
		"a password": {func(s *server, _ *Machine) { s.config.PublicKeyCallback, s.config.PasswordCallback = nil, nope }, "may log in with a password only"},
		"wrong key":  {func(_ *server, m *Machine) { _, m.Key = newKey(t, "") }, "does not accept the key"},
		"no file":    {func(_ *server, m *Machine) { m.Key = "/nowhere/key" }, "cannot read /nowhere/key"},
		"no key":     {func(_ *server, m *Machine) { m.Key = "remote_test.go" }, "is no private SSH key"},
		"passphrase": {func(_ *server, m *Machine) { _, m.Key = newKey(t, "secret") }, "has a passphrase"},
		"none":       {func(_ *server, m *Machine) { m.Key = "" }, "there is no SSH key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HOME", t.TempDir())
			t.Setenv("SSH_AUTH_SOCK", "")
			s, m := newServer(t)
			tc.change(s, m)
			if _, err := m.Connect(t.Context()); blame.Of(err) != blame.User || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

func TestUsualKey(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("SSH_AUTH_SOCK", "/nowhere")
	_, m := newServer(t)
	path := filepath.Join(os.Getenv("HOME"), ".ssh", "id_ed25519")
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.Rename(m.Key, path)); err != nil {
		t.Fatal(err)
	}
	m.Key = ""
	c, err := m.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestChangedHostKey(t *testing.T) {
	s, m := newServer(t)
	other, _ := newKey(t, "")
	for _, pinned := range []bool{true, false} {
		file := filepath.Join(t.TempDir(), "known_hosts")
		line := knownhosts.Line([]string{knownhosts.Normalize(s.address)}, other.PublicKey()) + "\n"
		if err := os.WriteFile(file, []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
		if m.Pins, m.KnownHosts = "/nowhere", file; pinned {
			m.Pins, m.KnownHosts = file, ""
		}
		_, err := m.Connect(t.Context())
		wantUser(t, err, "the host key of "+s.address+" has changed")
		if text, _ := os.ReadFile(file); string(text) != line {
			t.Errorf("the file has become %q", text)
		}
	}
}

func TestGivenHostKeys(t *testing.T) {
	s, m := newServer(t)
	m.KnownHosts = filepath.Join(t.TempDir(), "known_hosts")
	if _, err := m.Connect(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot read "+m.KnownHosts) {
		t.Error(err)
	}
	if err := os.WriteFile(m.KnownHosts, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := m.Connect(t.Context())
	wantUser(t, err, "is not in "+m.KnownHosts)
	line := knownhosts.Line([]string{knownhosts.Normalize(s.address)}, s.host.PublicKey()) + "\n"
	if err := os.WriteFile(m.KnownHosts, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := m.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestNoServer(t *testing.T) {
	_, m := newServer(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.Port = ln.Addr().(*net.TCPAddr).Port
	done := make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := ln.Accept(); err == nil {
			_, _ = conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			conn.Close()
		}
	}()
	_, err = m.Connect(t.Context())
	wantUser(t, err, "is no SSH server")
	ln.Close()
	<-done
	_, err = m.Connect(t.Context())
	wantUser(t, err, "no SSH server listens on")
	m.Host = "no.such.name.invalid"
	_, err = m.Connect(t.Context())
	wantUser(t, err, "nothing is called no.such.name.invalid")
}

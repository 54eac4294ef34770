// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"errors"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/vm/qmp"
	"github.com/klptest/klptest/vm/vmtest"
)

func newKeys(t *testing.T) *Keys {
	t.Helper()
	keys, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// sshSpec returns a fake guest whose SSH server has the keys in servers.
func sshSpec(t *testing.T, ours, servers *Keys, steps ...vmtest.Step) Spec {
	t.Helper()
	script := vmtest.Script{Steps: steps}
	if servers != nil {
		script.Keys = guest.KeyFiles(servers.HostKey(), servers.AuthorizedKey())
	}
	spec := fakeSpec(t, script)
	spec.Keys = ours
	return spec
}

func TestKeys(t *testing.T) {
	keys := newKeys(t)
	files := guest.KeyFiles(keys.HostKey(), keys.AuthorizedKey())
	host, err := ssh.ParsePrivateKey(files[guest.HostKey])
	if err != nil || string(host.PublicKey().Marshal()) != string(keys.host.Marshal()) {
		t.Errorf("host key: %v", err)
	}
	if text := string(files[guest.HostKey]); !strings.HasPrefix(text, "-----BEGIN OPENSSH PRIVATE KEY-----\n") {
		t.Errorf("host key: %.40q", text)
	}
	client, _, _, rest, err := ssh.ParseAuthorizedKey(files[guest.AuthorizedKeys])
	if err != nil || len(rest) > 0 || string(client.Marshal()) != string(keys.client.PublicKey().Marshal()) {
		t.Errorf("authorized_keys: %v", err)
	}
	if len(files) != 2 {
		t.Errorf("%d files", len(files))
	}
}

func TestSSH(t *testing.T) {
	keys := newKeys(t)
	v := started(t, sshSpec(t, keys, keys))
	ctx, cancel := context.WithCancel(t.Context())
	client, err := v.SSH(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	cancel() // the client outlives the wait
	if out := runSSH(t, client, "uname -r"); out != "uname -r" {
		t.Errorf("answer %q", out)
	}
}

func TestSSHWithoutKeys(t *testing.T) {
	v := started(t, fakeSpec(t, vmtest.Script{}))
	if _, err := v.SSH(t.Context()); err == nil || !strings.Contains(err.Error(), "without keys") {
		t.Errorf("error %v", err)
	}
}

func TestSSHPinsTheHostKey(t *testing.T) {
	ours, other := newKeys(t), newKeys(t)
	imposter := &Keys{client: ours.client, host: other.host, hostPEM: other.hostPEM}
	v := started(t, sshSpec(t, ours, imposter))
	if client, err := v.SSH(t.Context()); err == nil || !strings.Contains(err.Error(), "host key mismatch") {
		t.Errorf("%v, error %v", client, err)
	}
}

func TestSSHStrangerIsRefused(t *testing.T) {
	ours, other := newKeys(t), newKeys(t)
	v := started(t, sshSpec(t, ours, &Keys{client: other.client, host: ours.host, hostPEM: ours.hostPEM}))
	if client, err := v.SSH(t.Context()); err == nil || !strings.Contains(err.Error(), "unable to authenticate") {
		t.Errorf("%v, error %v", client, err)
	}
}

func TestSSHEndsWhenTheGuestPanics(t *testing.T) {
	v := started(t, sshSpec(t, newKeys(t), nil, running,
		vmtest.Step{Print: "[    1.000000] Kernel panic - not syncing: No working init found.\n"}, vmtest.Exit(0)))
	_, err := v.SSH(t.Context())
	var e *blame.Error
	if !errors.As(err, &e) || e.Party != blame.Kernel || !strings.Contains(e.Detail(), "No working init") {
		t.Errorf("error %v", err)
	}
}

func TestSSHEndsWhenTheGuestIsClosed(t *testing.T) {
	v := started(t, sshSpec(t, newKeys(t), nil))
	time.AfterFunc(50*time.Millisecond, func() { v.Close() })
	if _, err := v.SSH(t.Context()); !errors.Is(err, qmp.ErrGone) {
		t.Errorf("error %v", err)
	}
}

func TestSSHHasALimit(t *testing.T) {
	spec := sshSpec(t, newKeys(t), nil, vmtest.Step{Print: "still booting\n"})
	spec.SSHWait = 200 * time.Millisecond
	v := started(t, spec)
	<-v.console.Alive()
	_, err := v.SSH(t.Context())
	var e *blame.Error
	if !errors.As(err, &e) || e.Party != blame.Rig || !strings.Contains(e.Error(), "no answer within 200ms") || !strings.Contains(e.Tail, "still booting") {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := started(t, spec).SSH(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestSSHSilentOops checks that the kernel is to blame if a guest crashed
// without a panic and does not answer.
func TestSSHSilentOops(t *testing.T) {
	spec := sshSpec(t, newKeys(t), nil, vmtest.Step{Print: "[    1.000000] Oops: 0000 [#1] PREEMPT SMP NOPTI\n"})
	spec.SSHWait = time.Millisecond
	v := started(t, spec)
	for len(v.Console().Splats()) == 0 {
		runtime.Gosched()
	}
	if _, err := v.SSH(t.Context()); blame.Of(err) != blame.Kernel {
		t.Errorf("error %v", err)
	}
}

func TestSSHWaitDefaults(t *testing.T) {
	if (config{}).sshWait(KVM) != kvmSSHWait || (config{}).sshWait(TCG) != tcgSSHWait || (config{Spec: Spec{SSHWait: 1}}).sshWait(KVM) != 1 {
		t.Error("wrong limits")
	}
}

// TestSSHNamesADeath checks that the error names the end of QEMU, of which a
// connection that breaks at login is the first sign.
func TestSSHNamesADeath(t *testing.T) {
	keys := newKeys(t)
	v := started(t, sshSpec(t, keys, nil))
	time.AfterFunc(50*time.Millisecond, v.process.Kill)
	_, err := v.SSH(t.Context())
	if err == nil || !strings.Contains(err.Error(), "QEMU ended (signal: killed)") || blame.Of(err) != blame.Rig {
		t.Errorf("error %v", err)
	}
}

// TestHandshakeIsCancelled has a server that greets and then sends nothing.
func TestHandshakeIsCancelled(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	go func() {
		theirs.Write([]byte("SSH-2.0-x\r\n"))
		buf := make([]byte, 1024)
		for {
			if _, err := theirs.Read(buf); err != nil {
				return
			}
		}
	}()
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	time.AfterFunc(50*time.Millisecond, func() { cancel(reason) })
	config := &ssh.ClientConfig{HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	if _, err := handshake(ctx, ours, config); !errors.Is(err, reason) {
		t.Errorf("error %v", err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

var box = Target{User: "me", Host: "box", Port: sshPort}

// connecting is the error of a dialer whose connect(2) failed.
func connecting(e syscall.Errno) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", e)}
}

// late returns the error of a dialer whose own timeout has passed.
func late(t *testing.T) error {
	t.Helper()
	d := net.Dialer{Timeout: time.Nanosecond}
	_, err := d.DialContext(t.Context(), "tcp", "127.0.0.1:9")
	return err
}

func wantTransient(t *testing.T, err error, transient bool, want string) {
	t.Helper()
	if e, ok := errors.AsType[*blame.Error](err); !ok || e.Transient != transient || e.Party != blame.User || !strings.Contains(err.Error(), want) {
		t.Errorf("%+v, want %q, transient %v", err, want, transient)
	}
}

// TestMachineThatIsDown: whatever the network says of a machine that is down, another
// attempt may succeed.
func TestMachineThatIsDown(t *testing.T) {
	for err, want := range map[error]string{
		late(t): "does not answer within 20s",
		&net.OpError{Op: "dial", Err: context.DeadlineExceeded}:     "does not answer within 20s",
		&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}:       "does not answer within 20s",
		connecting(unix.ETIMEDOUT):                                  "does not answer within 20s",
		connecting(unix.ECONNREFUSED):                               "no SSH server listens on box:22",
		connecting(unix.EHOSTUNREACH):                               "box:22 cannot be reached",
		connecting(unix.ENETUNREACH):                                "box:22 cannot be reached",
		connecting(unix.EHOSTDOWN):                                  "box:22 cannot be reached",
		&net.OpError{Err: &net.DNSError{IsNotFound: true}}:          "nothing is called box",
		&net.OpError{Err: &net.DNSError{IsTimeout: true}}:           "nothing is called box",
		&net.OpError{Err: &net.DNSError{Err: "server misbehaving"}}: "nothing is called box",
	} {
		wantTransient(t, unreachable(t.Context(), box, err), true, want)
	}
	wantTransient(t, unreachable(t.Context(), box, connecting(unix.EPERM)), false, "box:22 cannot be reached")
}

// TestMachineThatGoesDown: a machine may be gone in the middle of a login.
func TestMachineThatGoesDown(t *testing.T) {
	for _, e := range []syscall.Errno{unix.ETIMEDOUT, unix.EHOSTUNREACH, unix.EPIPE, unix.ECONNRESET} {
		err := fmt.Errorf("ssh: handshake failed: %w", &net.OpError{Op: "read", Err: os.NewSyscallError("read", e)})
		wantTransient(t, refused(t.Context(), box, &identity{}, err), true, "")
	}
	wantTransient(t, refused(t.Context(), box, &identity{}, errors.New("ssh: no common algorithm")), false, "the login at me@box failed")
}

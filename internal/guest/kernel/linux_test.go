// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestLinuxRelease(t *testing.T) {
	want, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		t.Skip(err)
	}
	if got := (Linux{}).Release(); got != strings.TrimSpace(string(want)) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A file that is not a module is refused, whatever this kernel allows; the
// error is an errno.
func TestLinuxLoadGivesTheErrno(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.ko")
	if err := (Linux{}).Load(path, ""); !errors.Is(err, unix.ENOENT) {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("no ELF"), 0o600); err != nil {
		t.Fatal(err)
	}
	var errno syscall.Errno
	if err := (Linux{}).Load(path, ""); !errors.As(err, &errno) {
		t.Errorf("no errno: %v", err)
	}
}

func TestLinuxAlive(t *testing.T) {
	if !(Linux{}).Alive(os.Getpid()) || !(Linux{}).Alive(unix.Gettid()) {
		t.Error("a thread that runs is not there")
	}
	if (Linux{}).Alive(1 << 30) { // more than there can be (PID_MAX_LIMIT)
		t.Error("a thread that is not there is")
	}
}

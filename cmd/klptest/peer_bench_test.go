// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/benchtest"
)

// peer is virtme-ng, whose guest has the host's files.
type peer struct {
	command []string
	image   string // the kernel that it boots
}

// Several times the duration under emulation.
const (
	peerBootLimit      = 3 * time.Minute
	peerSelftestsLimit = 15 * time.Minute
)

// peerEnd is what a command prints at last.
const peerEnd = "klptest: all done"

// findPeer finds virtme-ng, for a kernel. KLPTEST_VNG is its command with further options,
// and KLPTEST_VNG_KERNEL the file that it boots, for a kernel with modules:
// ROOT/boot/vmlinuz-RELEASE, beside ROOT/lib/modules.
func findPeer(b *testing.B, k *images.Kernel) peer {
	b.Helper()
	p := peer{strings.Fields(cmp.Or(os.Getenv("KLPTEST_VNG"), "vng")), cmp.Or(os.Getenv("KLPTEST_VNG_KERNEL"), k.BzImage)}
	if _, err := exec.LookPath(p.command[0]); err != nil {
		b.Skipf("virtme-ng is not installed: %v", err)
	}
	return p
}

// run boots the kernel, runs a command in dir, and returns the output. virtme-ng does not
// always pass on the command's status: the output must show whether it ended well.
func (p peer) run(ctx context.Context, limit time.Duration, dir, command string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no end of virtme-ng within %v", limit))
	defer cancel()
	args := append(p.command[1:len(p.command):len(p.command)], "--run", p.image, "--memory", "512M", "--verbose", "--", command)
	cmd := exec.CommandContext(ctx, p.command[0], args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // including QEMU
	out, err := cmd.CombinedOutput()
	if bytes.Contains(out, []byte(peerEnd)) {
		return string(out), nil
	}
	return "", fmt.Errorf("virtme-ng does not run %s on %s: %w\n%s", command, p.image, errors.Join(context.Cause(ctx), err), out[max(0, len(out)-2000):])
}

// BenchmarkPeerBoot boots the kernel to one command with virtme-ng, if that is installed
// and able to.
func BenchmarkPeerBoot(b *testing.B) {
	k := benchKernel(b)
	p := findPeer(b, k)
	benchtest.Measure(b, func() func() {
		if _, err := p.run(b.Context(), peerBootLimit, b.TempDir(), "echo "+peerEnd); err != nil {
			b.Skip(err)
		}
		return nil
	})
}

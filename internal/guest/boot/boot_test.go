// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/rootfs"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
)

func TestRole(t *testing.T) {
	for _, tc := range []struct {
		pid  int
		args []string
		want string
	}{
		{1, []string{"/init"}, initName},
		{1, []string{"/usr/bin/klptest", "run"}, ""}, // of a container
		{7, []string{"/init"}, ""},
		{7, []string{agentName}, agentName},
		{1, nil, ""},
	} {
		if got := role(tc.pid, tc.args); got != tc.want {
			t.Errorf("%d %q: %q", tc.pid, tc.args, got)
		}
	}
	if Main() {
		t.Error("this test is no guest")
	}
}

// bootLog records what is asked of the kernel at boot.
type bootLog struct {
	calls []string
	fail  map[string]error
}

func (b *bootLog) call(name string) error {
	b.calls = append(b.calls, name)
	return b.fail[name]
}

func (b *bootLog) mount(m mount) error            { return b.call("mount " + m.target) }
func (b *bootLog) Load(path, params string) error { return b.call("load " + filepath.Base(path)) }
func (b *bootLog) seed() error                    { return b.call("seed") }

func booted(t *testing.T, fail map[string]error) (calls, complaints []string) {
	t.Helper()
	root := rootfs.Tree(t.TempDir())
	for _, name := range []string{"02-virtio_net.ko", "00-failover.ko", "README"} {
		rootfstest.Put(t, root, guest.BootModules+"/"+name, "")
	}
	b := &bootLog{fail: fail}
	boot(b, root, func(format string, args ...any) { complaints = append(complaints, fmt.Sprintf(format, args...)) })
	return b.calls, complaints
}

func TestBootOrder(t *testing.T) {
	calls, complaints := booted(t, nil)
	i := slices.Index(calls, "seed")
	if i < 0 || complaints != nil {
		t.Fatal(calls, complaints)
	}
	if !slices.Contains(calls[:i], "mount /dev") {
		t.Error("seeded without /dev/urandom")
	}
	if diff := cmp.Diff([]string{"load 00-failover.ko", "load 02-virtio_net.ko"}, calls[i+1:]); diff != "" {
		t.Error(diff)
	}
}

func TestBootGoesOnAndComplains(t *testing.T) {
	calls, complaints := booted(t, map[string]error{
		"mount /proc":               unix.EINVAL,
		"mount /sys/kernel/debug":   unix.ENODEV, // no debugfs: allowed
		"mount /sys/kernel/tracing": unix.EIO,
		"mount /tmp":                unix.ENODEV, // no tmpfs: not allowed
		"seed":                      unix.EPERM,
		"load 00-failover.ko":       unix.EEXIST, // built in
		"load 02-virtio_net.ko":     unix.ENOEXEC,
	})
	if calls[len(calls)-1] != "load 02-virtio_net.ko" {
		t.Errorf("ended at %q", calls[len(calls)-1])
	}
	var about []string
	for _, c := range complaints {
		about = append(about, c[:strings.Index(c, ":")])
	}
	want := []string{"mount /proc", "mount /tmp", "mount /sys/kernel/tracing", "random seed", "module 02-virtio_net.ko"}
	if diff := cmp.Diff(want, about); diff != "" {
		t.Error(diff)
	}
}

func TestSuperviseIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		starts, waits := 0, 0
		var complaints []string
		supervise(func() (int, error) {
			starts++
			return 100 + starts, nil
		}, func() (int, string) {
			waits++
			if waits%3 != 0 {
				return 7, "exit 0" // an orphan
			}
			return 100 + starts, "SIGSEGV"
		}, func(format string, args ...any) { complaints = append(complaints, fmt.Sprintf(format, args...)) })
		if starts != maxRestarts+1 || waits != 3*starts {
			t.Errorf("%d starts, %d waits", starts, waits)
		}
		if len(complaints) != starts+1 || !strings.Contains(complaints[0], "SIGSEGV") {
			t.Errorf("%q", complaints)
		}
	})
}

func TestSuperviseCannotStart(t *testing.T) {
	var complaints []string
	supervise(func() (int, error) { return 0, unix.ENOMEM }, nil,
		func(format string, args ...any) { complaints = append(complaints, fmt.Sprintf(format, args...)) })
	if len(complaints) != 1 || !strings.Contains(complaints[0], unix.ENOMEM.Error()) {
		t.Errorf("%q", complaints)
	}
}

func TestReapWithoutChildren(t *testing.T) {
	how := reapUntil(7, func() (int, string) { return -1, "no child processes" })
	if how != "lost: no child processes" {
		t.Errorf("%q", how)
	}
}

func TestKernelArgs(t *testing.T) {
	if args := guest.KernelArgs(); !slices.Contains(args, "printk.devkmsg=on") {
		t.Error(args)
	}
}

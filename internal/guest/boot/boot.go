// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/kernel"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

// booter is what PID 1 needs from the kernel at boot.
type booter interface {
	mount(m mount) error
	Load(path, params string) error
	seed() error // the kernel's random numbers
}

type mount struct {
	fstype, target, data string
	optional             bool // not every kernel has it
}

var mounts = []mount{
	{fstype: "proc", target: "/proc"},
	{fstype: "sysfs", target: "/sys"},
	{fstype: "devtmpfs", target: "/dev"},
	{fstype: "devpts", target: "/dev/pts", data: "ptmxmode=0666", optional: true},
	{fstype: "tmpfs", target: "/run", data: "mode=0700"},
	{fstype: "tmpfs", target: "/tmp", data: "mode=1777"},
	{fstype: "debugfs", target: "/sys/kernel/debug", optional: true},
	{fstype: "tracefs", target: "/sys/kernel/tracing", optional: true},
}

// boot prepares the bare kernel for the agent. It continues after a fault: the
// more of the guest works, the more it can report.
func boot(k booter, files rootfs.Tree, complain func(string, ...any)) {
	for _, m := range mounts {
		if err := k.mount(m); err != nil && !m.mayLack(err) {
			complain("mount %s: %v", m.target, err)
		}
	}
	if err := k.seed(); err != nil {
		complain("random seed: %v", err)
	}
	for _, name := range files.Names(guest.BootModules) {
		if !strings.HasSuffix(name, ".ko") {
			continue
		}
		// Built in is as good as loaded.
		if err := k.Load(files.Path(guest.BootModules+"/"+name), ""); err != nil && !errors.Is(err, unix.EEXIST) {
			complain("module %s: %v", name, err)
		}
	}
}

func (m mount) mayLack(err error) bool {
	return m.optional && (errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EPERM))
}

// bootLinux is the kernel that has started this process.
type bootLinux struct{ kernel.Linux }

func (bootLinux) mount(m mount) error {
	// The directory may exist, or its file system may have no mkdir.
	_ = os.MkdirAll(m.target, 0o755)
	return unix.Mount(m.fstype, m.target, m.fstype, 0, m.data)
}

// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
)

// host has the paths of the files that decide whether KVM can work.
type host struct {
	cpuinfo string
	kvm     string
	bootID  string
}

var thisHost = host{
	cpuinfo: "/proc/cpuinfo",
	kvm:     "/dev/kvm",
	bootID:  "/proc/sys/kernel/random/boot_id",
}

// refusesKVM returns why KVM cannot work, as far as that can be known without
// trying; empty if it may work. A device that opens proves nothing: on some
// hosts it opens, and no kernel boots.
func (h host) refusesKVM(target *arch.Arch) string {
	if target != arch.Host() {
		return "KVM runs kernels of the host's architecture only"
	}
	info, err := os.ReadFile(h.cpuinfo)
	if err != nil {
		return "the processor is unknown: " + err.Error()
	}
	if !target.QEMU.Virtual.Match(info) {
		return target.QEMU.NoVirtual
	}
	f, err := os.OpenFile(h.kvm, os.O_RDWR, 0)
	if err != nil {
		return err.Error()
	}
	f.Close()
	return ""
}

// checkKVM refuses KVM where it cannot work.
func (h host) checkKVM(c config) error {
	if c.Accel != KVM {
		return nil
	}
	if reason := h.refusesKVM(c.Arch); reason != "" {
		return blame.AdviseRigf("without --accel, or with --accel tcg, QEMU emulates the processor", "--accel kvm: %s", reason)
	}
	return nil
}

// memory returns the path of the file that records why KVM does not work with
// this boot of the host and this QEMU; empty if there is no place for it.
func (h host) memory(c config) string {
	boot, err := os.ReadFile(h.bootID)
	if c.State == "" || err != nil {
		return ""
	}
	qemu, err := qemuID(c.QEMU)
	if err != nil {
		return ""
	}
	return filepath.Join(c.State, fmt.Sprintf("no-kvm-%x", sha256.Sum256(fmt.Appendf(nil, "%s\n%s", boot, qemu))))
}

// remembered returns the reason that an earlier start recorded, or an empty
// string.
func (h host) remembered(c config) string {
	path := h.memory(c)
	if path == "" {
		return ""
	}
	reason, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return printable.Line(strings.TrimSpace(string(reason[:min(len(reason), 200)])))
}

// remember records the reason. If that fails, the next start tries KVM again.
func (h host) remember(c config, reason string) error {
	path := h.memory(c)
	if path == "" {
		return nil
	}
	if err := os.MkdirAll(c.State, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(c.State, "no-kvm-*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(reason + "\n")
	if closeErr := tmp.Close(); err != nil || closeErr != nil {
		return fmt.Errorf("remember that KVM does not work: %v %v", err, closeErr)
	}
	return os.Rename(tmp.Name(), path)
}

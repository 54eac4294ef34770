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

// host is what decides whether KVM can work, by path.
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

// refusesKVM says why KVM cannot work, as far as it can be told without
// trying; empty when it may. A device that opens proves nothing: there are
// hosts where it does, and no kernel boots.
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

// memory is the file that remembers why KVM does not work, for this boot of
// the host and this QEMU; empty when there is no place to remember.
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

// remembered is the reason that an earlier start left behind, or empty.
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

// remember is best effort: at worst the next start tries again.
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

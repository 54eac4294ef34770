// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// TemplateID returns an identifier of what a template of this machine depends on:
// QEMU's binary, version and arguments; the kernel's arguments; the accelerator
// that a start would try first; under KVM, the host's processor and kernel; and
// key, which is that of Snapshot. The paths of Kernel and Initrd do not count. The
// identifier can be used as a file name.
func (s Spec) TemplateID(key string) (string, error) {
	c, err := s.complete(generalChecks)
	if err != nil {
		return "", err
	}
	return thisHost.templateID(c, key)
}

func (h host) templateID(c config, key string) (string, error) {
	c.Keys = &Keys{}      // a template always has some
	c.Interactive = false // people and tests use clones of the same template
	qemu, err := qemuID(c.QEMU)
	if err != nil {
		return "", blame.Rigf("identity of the template: %w", err)
	}
	accel := h.likely(c)
	parts := append([]string{manifestFormat, qemu, c.version.String(), key, c.cmdline(accel)}, c.cloneArgs(accel)...)
	if accel == KVM {
		id, err := h.processorID()
		if err != nil {
			return "", blame.Rigf("identity of the template: %w", err)
		}
		parts = append(parts, id)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return fmt.Sprintf("%x", sum[:16]), nil
}

// likely returns the accelerator that start tries first.
func (h host) likely(c config) Accel {
	if c.Accel != Auto {
		return c.Accel
	}
	if h.noKVM(c) != "" {
		return TCG
	}
	return KVM
}

// noKVM returns why KVM is not even tried; empty if it is.
func (h host) noKVM(c config) string {
	if reason := h.refusesKVM(c.Arch); reason != "" {
		return reason
	}
	return h.remembered(c)
}

// emulation returns the notice for a guest that will be slow.
func emulation(reason string) string { return "software emulation (TCG), not KVM: " + reason }

// qemuID identifies a QEMU without running it.
func qemuID(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s\n%d\n%d", path, info.Size(), info.ModTime().UnixNano()), nil
}

// processorID identifies what -cpu host means on this host: the processor's model
// and flags, and the kernel, which decides what KVM passes on of them.
func (h host) processorID() (string, error) {
	info, err := os.ReadFile(h.cpuinfo)
	if err != nil {
		return "", err
	}
	first, _, _ := bytes.Cut(info, []byte("\n\n"))
	var id strings.Builder
	for line := range strings.Lines(string(first)) {
		switch name, _, _ := strings.Cut(line, ":"); strings.TrimSpace(name) {
		case "vendor_id", "cpu family", "model", "model name", "stepping", "microcode", "flags":
			id.WriteString(strings.TrimSpace(line) + "\n")
		}
	}
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return "", os.NewSyscallError("uname", err)
	}
	return id.String() + unix.ByteSliceToString(uts.Release[:]), nil
}

// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"cmp"
	"time"

	"github.com/klptest/klptest/internal/arch"
)

const (
	defaultMemory = 512
	kvmSSHWait    = 30 * time.Second
	tcgSSHWait    = 120 * time.Second
)

// config is a complete Spec: its defaults are filled in, it has been checked,
// and the version of its QEMU has been looked up. Only the choice between KVM
// and TCG is still open.
type config struct {
	Spec
	version version // of QEMU; if unknown, every quirk is avoided
}

// complete turns s into a config, unless a check fails.
func (s Spec) complete(checks []check) (config, error) {
	c := s.withDefaults()
	if err := c.pass(checks); err != nil {
		return config{}, err
	}
	c.version = versionOf(c.QEMU)
	return c, nil
}

// withDefaults replaces the zero values of s.
func (s Spec) withDefaults() config {
	s.Arch = cmp.Or(s.Arch, arch.Default())
	s.QEMU = cmp.Or(s.QEMU, s.Arch.QEMU.Program)
	s.Memory = cmp.Or(s.Memory, defaultMemory)
	s.CPUs = cmp.Or(s.CPUs, 1)
	s.Accel = cmp.Or(s.Accel, Auto)
	if s.Notice == nil {
		s.Notice = func(string) {}
	}
	return config{Spec: s}
}

// sshWait returns how long to wait for the guest's SSH server.
func (c config) sshWait(accel Accel) time.Duration {
	switch {
	case c.SSHWait > 0:
		return c.SSHWait
	case accel == KVM:
		return kvmSSHWait
	}
	return tcgSSHWait
}

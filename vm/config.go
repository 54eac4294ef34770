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

// config is a Spec that nothing is left open in but the choice between KVM and
// TCG: its zero values are filled in, it has been checked, and QEMU's version
// is looked up.
type config struct {
	Spec
	version version // of QEMU; not known: the machine is careful
}

// complete makes a config of s, unless a check refuses it.
func (s Spec) complete(checks []check) (config, error) {
	c := s.withDefaults()
	if err := c.pass(checks); err != nil {
		return config{}, err
	}
	c.version = versionOf(c.QEMU)
	return c, nil
}

// withDefaults is s with its zero values filled in.
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

// sshWait is the limit of a wait for the guest's SSH server.
func (c config) sshWait(accel Accel) time.Duration {
	switch {
	case c.SSHWait > 0:
		return c.SSHWait
	case accel == KVM:
		return kvmSSHWait
	}
	return tcgSSHWait
}

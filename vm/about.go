// SPDX-License-Identifier: Apache-2.0

package vm

// About is what is known of a machine before it starts.
type About struct {
	Arch    string // the kernel's word for it
	QEMU    string // version; empty when QEMU does not tell
	Accel   Accel  // what Start tries first: KVM that boots no kernel becomes TCG
	Cmdline string // the kernel's
	Memory  int    // MiB
	CPUs    int
	Notice  string // why it will be slow, as Spec.Notice is told it; empty: KVM is tried, or nobody wants it
}

// About tells of the machine that Start would start.
func (s Spec) About() About { return thisHost.about(s) }

func (h host) about(s Spec) About {
	c := s.withDefaults()
	c.version = versionOf(c.QEMU)
	accel := h.likely(c)
	a := About{Arch: c.Arch.Name, QEMU: c.version.String(), Accel: accel, Cmdline: c.cmdline(accel), Memory: c.Memory, CPUs: c.CPUs}
	if c.Accel == Auto && accel == TCG {
		a.Notice = emulation(h.noKVM(c))
	}
	return a
}

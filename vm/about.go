// SPDX-License-Identifier: Apache-2.0

package vm

// About describes a machine before it starts.
type About struct {
	Arch    string // the kernel's name for it
	QEMU    string // version; empty if unknown
	Accel   Accel  // what Start tries first; KVM that boots no kernel is replaced by TCG
	Cmdline string // of the kernel
	Memory  int    // MiB
	CPUs    int
	Jumps   bool   // whether the time of an idle guest jumps to its next timer
	Notice  string // why it will be slow, as Spec.Notice gets it; empty if KVM is tried or not wanted
}

// About describes the machine that Start would start.
func (s Spec) About() About { return thisHost.about(s) }

func (h host) about(s Spec) About {
	c := s.withDefaults()
	c.version = versionOf(c.QEMU)
	accel := h.likely(c)
	a := About{Arch: c.Arch.Name, QEMU: c.version.String(), Accel: accel, Cmdline: c.cmdline(accel), Memory: c.Memory, CPUs: c.CPUs, Jumps: c.jumps(accel)}
	if c.Accel == Auto && accel == TCG {
		a.Notice = emulation(h.noKVM(c))
	}
	return a
}

// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"strings"

	"github.com/klptest/klptest/internal/arch"
)

// quirk is a fault of QEMU's emulator (TCG) that can make a kernel fail a
// test. KVM has none of them: there the processor runs the guest.
type quirk struct {
	name   string
	of     *arch.Arch // the guest's; nil: any
	fixed  version    // the first version without it; unknown: there is none
	smp    bool       // only a machine with several processors has it
	cpu    string     // the property of -cpu that avoids it
	accel  string     // the property of -accel that avoids it
	cost   string     // what the guest loses
	source string
}

var quirks = []quirk{
	{
		name:   "cmpxchg16b leaves rubbish in EFLAGS",
		of:     &arch.X86_64,
		fixed:  version{8, 0},
		cpu:    "cx16=off",
		cost:   "guests do without the instruction",
		source: "QEMU commit 5f0dd8cd33cb, target/i386: Inline cmpxchg16b",
	},
	{
		// With a host thread for each processor, one may run code that another is
		// changing. On x86, static keys, ftrace and therefore livepatch end in
		// "Oops: int3". Seen with 7.2.22, 10.0.13 and 11.1.3. QEMU commit
		// deba78709ae8 (8.1) fixes a part.
		name:   "text patching races with other processors",
		smp:    true,
		accel:  "thread=single",
		cost:   "the processors of a guest take turns",
		source: "a static key toggled while another processor runs the branch",
	},
}

// active returns the quirks of a machine. An unknown version has all of them.
func (c config) active(accel Accel, cpus int) []quirk {
	var list []quirk
	for _, q := range quirks {
		if accel == TCG && (cpus > 1 || !q.smp) && (q.of == nil || q.of == c.Arch) && !c.version.fixes(q) {
			list = append(list, q)
		}
	}
	return list
}

// fixes reports whether v is known not to have the quirk.
func (v version) fixes(q quirk) bool { return v.known() && q.fixed.known() && !v.before(q.fixed) }

// with adds the properties that avoid the quirks to the values of -accel and
// -cpu.
func with(list []quirk, accel, cpu string) (string, string) {
	for _, q := range list {
		accel, cpu = property(accel, q.accel), property(cpu, q.cpu)
	}
	return accel, cpu
}

func property(value, more string) string {
	return strings.TrimSuffix(value+","+more, ",")
}

// Quirk is a fault of QEMU's emulator that a newer QEMU does not have.
type Quirk struct {
	Name  string
	Cost  string // what guests lose because of it
	Fixed string // the first version without it
}

// Quirks returns the version of a QEMU and its quirks that another version does
// not have. The version is empty if it cannot be read. A missing QEMU has no
// quirks.
func Quirks(qemu string) (string, []Quirk) {
	c, err := Spec{QEMU: qemu}.complete([]check{config.checkQEMU})
	if err != nil {
		return "", nil
	}
	var list []Quirk
	for _, q := range c.active(TCG, c.Arch.QEMU.MaxCPUs) {
		if q.fixed.known() {
			list = append(list, Quirk{q.name, q.cost, q.fixed.String()})
		}
	}
	return c.version.String(), list
}

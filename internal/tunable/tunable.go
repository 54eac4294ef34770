// SPDX-License-Identifier: Apache-2.0

package tunable

import "slices"

// Tunable is a setting that a kernel takes in two ways
// (Documentation/admin-guide/kernel-parameters.txt and sysctl/kernel.rst).
type Tunable struct {
	Arg   string // at boot
	File  string // on a running kernel; not every kernel has it
	Value string // for File
}

var (
	// Devkmsg keeps what user space logs: by default all but 10 writes in 5 s are
	// silently dropped.
	Devkmsg = Tunable{"printk.devkmsg=on", "/proc/sys/kernel/printk_devkmsg", "on"}

	// AllLines shows all lines of the log on the console, even if a case changes
	// console_loglevel.
	AllLines = Tunable{"ignore_loglevel", "/sys/module/printk/parameters/ignore_loglevel", "Y"}

	// PanicReboots makes a panic reboot the machine at once, which ends QEMU.
	PanicReboots = Tunable{"panic=-1", "/proc/sys/kernel/panic", "-1"}

	// NMIPanics makes an unknown NMI show what the kernel is doing.
	NMIPanics = Tunable{"unknown_nmi_panic", "/proc/sys/kernel/unknown_nmi_panic", "1"}
)

// StallLimits raise the limits after which a kernel considers itself stalled: under
// software emulation on a busy host the defaults are reached without any fault of the
// kernel. Spinning code is found by an NMI instead.
var StallLimits = []Tunable{
	{"watchdog_thresh=60", "/proc/sys/kernel/watchdog_thresh", "60"},
	{"rcupdate.rcu_cpu_stall_timeout=120", "/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout", "120"},
	{"rcupdate.rcu_exp_cpu_stall_timeout=120000", "/sys/module/rcupdate/parameters/rcu_exp_cpu_stall_timeout", "120000"},
	{"workqueue.watchdog_thresh=120", "/sys/module/workqueue/parameters/watchdog_thresh", "120"},
}

// All returns the settings above.
func All() []Tunable {
	return slices.Concat([]Tunable{Devkmsg, AllLines, PanicReboots, NMIPanics}, StallLimits)
}

// Args returns the arguments of some settings.
func Args(list []Tunable) []string {
	var args []string
	for _, t := range list {
		args = append(args, t.Arg)
	}
	return args
}

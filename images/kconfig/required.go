// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"slices"
	"strings"
)

// Missing is an option that a kernel should have but lacks.
type Missing struct {
	Option string // with CONFIG_; alternatives are joined by " or "
	Want   string // "y", or "y or m"
	Why    string
}

// option is one line of the tables: any of the names with any of the values.
type option struct{ names, want, why string }

const (
	builtIn  = "y"
	orModule = "y m"
)

// The dependencies of LIVEPATCH are those of kernel/livepatch/Kconfig. It can
// be set only if they are, but listing them says what to turn on.
var required = []option{
	{"LIVEPATCH", builtIn, "livepatching is what klptest tests"},
	{"MODULES", builtIn, "a livepatch is a module"},
	{"MODULE_UNLOAD", builtIn, "cases remove livepatches again"},
	{"SYSFS", builtIn, "livepatches are controlled by /sys/kernel/livepatch"},
	{"PROC_FS", builtIn, "stacks of tasks are read from /proc"},
	{"SYSCTL", builtIn, "taint bits are read from /proc/sys/kernel"},
	{"KALLSYMS_ALL", builtIn, "livepatch finds functions by name"},
	{"DYNAMIC_FTRACE", builtIn, "livepatch redirects functions by ftrace"},
	{"DYNAMIC_FTRACE_WITH_REGS DYNAMIC_FTRACE_WITH_ARGS", builtIn, "livepatch redirects functions by ftrace"},
	{"STACKTRACE", builtIn, "without it a transition never ends by itself"}, // klp_have_reliable_stack()
	{"HAVE_RELIABLE_STACKTRACE", builtIn, "without it a transition never ends by itself"},
	{"BLK_DEV_INITRD", builtIn, "the guest is an initramfs"},
	{"BINFMT_ELF", builtIn, "the guest's programs are ELF files"},
	{"DEVTMPFS", builtIn, "the guest has no device nodes of its own"},
	{"TMPFS", builtIn, "the guest keeps files in memory"},
	{"PRINTK", builtIn, "verdicts are read from the kernel log"},
	{"TTY", builtIn, "the console is a serial line"},
	{"SERIAL_8250_CONSOLE", builtIn, "the console is a serial line"},
	{"PCI", builtIn, "the agent's port is a PCI device"},
	{"VIRTIO_PCI", orModule, "the agent's port is a virtio device"},
	{"VIRTIO_CONSOLE", orModule, "the agent's port is a virtio device"},
	{"MULTIUSER", builtIn, "the guest's agent sets user ids"},
	{"FUTEX", builtIn, "the guest's agent is a Go program"},
	{"EPOLL", builtIn, "the guest's agent is a Go program"},
	{"POSIX_TIMERS", builtIn, "the guest's agent is a Go program"},
}

var recommended = []option{
	{"PVH", builtIn, "the kernel boots 1-2 s faster, without decompressing itself"},
	{"DYNAMIC_DEBUG", builtIn, "without it the kernel does not log livepatch's pr_debug lines, and transcripts are compared without them"},
	{"DEBUG_FS", builtIn, "each WARN_ONCE is re-armed there, and before 5.7 debug lines are turned on only there"},
}

// Required returns the missing options without which klptest cannot work.
func Required(config map[string]string) []Missing { return missing(config, required) }

// Recommended returns the missing options without which klptest works less
// well.
func Recommended(config map[string]string) []Missing { return missing(config, recommended) }

func missing(config map[string]string, options []option) []Missing {
	var found []Missing
	for _, o := range options {
		set := func(name string) bool { return slices.Contains(strings.Fields(o.want), config[name]) }
		if !slices.ContainsFunc(strings.Fields(o.names), set) {
			found = append(found, o.missing())
		}
	}
	return found
}

func (o option) missing() Missing {
	return Missing{
		Option: "CONFIG_" + strings.ReplaceAll(o.names, " ", " or CONFIG_"),
		Want:   strings.ReplaceAll(o.want, " ", " or "),
		Why:    o.why,
	}
}

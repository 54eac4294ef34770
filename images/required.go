// SPDX-License-Identifier: Apache-2.0

package images

import "slices"

// Missing is an option that a kernel should have and has not.
type Missing struct {
	Option string // with CONFIG_; alternatives are joined by " or "
	Want   string // "y", or "y or m"
	Why    string
}

// option is one line of the tables: any of the names with any of the values.
type option struct {
	names []string
	want  []string
	why   string
}

var (
	builtIn  = []string{"y"}
	orModule = []string{"y", "m"}
)

// The dependencies of LIVEPATCH are those of kernel/livepatch/Kconfig; it can
// only be set when they are, but a list of names says what to turn on.
var required = []option{
	{[]string{"LIVEPATCH"}, builtIn, "it is what is tested"},
	{[]string{"MODULES"}, builtIn, "a livepatch is a module"},
	{[]string{"MODULE_UNLOAD"}, builtIn, "cases remove livepatches again"},
	{[]string{"SYSFS"}, builtIn, "livepatches are controlled by /sys/kernel/livepatch"},
	{[]string{"PROC_FS"}, builtIn, "stacks of tasks are read from /proc"},
	{[]string{"KALLSYMS_ALL"}, builtIn, "livepatch finds functions by name"},
	{[]string{"DYNAMIC_FTRACE"}, builtIn, "livepatch redirects functions by ftrace"},
	{[]string{"DYNAMIC_FTRACE_WITH_REGS", "DYNAMIC_FTRACE_WITH_ARGS"}, builtIn, "livepatch redirects functions by ftrace"},
	{[]string{"RELIABLE_STACKTRACE", "HAVE_RELIABLE_STACKTRACE"}, builtIn, "without it a transition never ends by itself"},
	{[]string{"BLK_DEV_INITRD"}, builtIn, "the guest is an initramfs"},
	{[]string{"BINFMT_ELF"}, builtIn, "the guest's programs are ELF files"},
	{[]string{"DEVTMPFS"}, builtIn, "the guest has no device nodes of its own"},
	{[]string{"TMPFS"}, builtIn, "the guest keeps files in memory"},
	{[]string{"PRINTK"}, builtIn, "verdicts are read from the kernel log"},
	{[]string{"TTY"}, builtIn, "the console is a serial line"},
	{[]string{"SERIAL_8250_CONSOLE"}, builtIn, "the console is a serial line"},
	{[]string{"NET"}, builtIn, "the guest is driven over the network"},
	{[]string{"INET"}, builtIn, "the guest is driven over the network"},
	{[]string{"PCI"}, builtIn, "the guest's network card is a PCI device"},
	{[]string{"VIRTIO_PCI"}, orModule, "the guest's network card is a virtio device"},
	{[]string{"VIRTIO_NET"}, orModule, "the guest's network card is a virtio device"},
	{[]string{"MULTIUSER"}, builtIn, "the guest's agent sets user ids"},
	{[]string{"FUTEX"}, builtIn, "the guest's agent is a Go program"},
	{[]string{"EPOLL"}, builtIn, "the guest's agent is a Go program"},
	{[]string{"POSIX_TIMERS"}, builtIn, "the guest's agent is a Go program"},
}

var recommended = []option{
	{[]string{"PVH"}, builtIn, "it boots 1-2 s faster, without decompressing itself"},
	{[]string{"DYNAMIC_DEBUG"}, builtIn, "cases can turn on livepatch's pr_debug lines"},
	{[]string{"DEBUG_FS"}, builtIn, "dynamic debug is controlled by debugfs"},
	{[]string{"STACKTRACE"}, builtIn, "a stalled transition can show what holds it"},
}

// Required are the options without which klptest cannot work.
func Required(config map[string]string) []Missing { return missing(config, required) }

// Recommended are the options without which it works less well.
func Recommended(config map[string]string) []Missing { return missing(config, recommended) }

func missing(config map[string]string, options []option) []Missing {
	var found []Missing
	for _, o := range options {
		set := func(name string) bool { return slices.Contains(o.want, config[name]) }
		if !slices.ContainsFunc(o.names, set) {
			found = append(found, o.missing())
		}
	}
	return found
}

func (o option) missing() Missing {
	m := Missing{Want: o.want[0], Why: o.why}
	for _, w := range o.want[1:] {
		m.Want += " or " + w
	}
	for i, n := range o.names {
		if i > 0 {
			m.Option += " or "
		}
		m.Option += "CONFIG_" + n
	}
	return m
}

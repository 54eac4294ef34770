// SPDX-License-Identifier: Apache-2.0

package model

import "slices"

// module is a loaded module, or one that is being loaded.
type module struct {
	name     string
	program  program
	refs     int  // references, without the loader's own
	klpAlive bool // klp_module_coming() has run
}

// program is what a module does.
type program interface {
	params() []param
	init() int // 0 or a negative errno; with a positive value the module is loaded as well
	exit()
	functions() []string // that can be patched
	isLivepatch() bool
}

// other is kmods/src/klp_other.c, a module to be patched.
type other struct{}

func (other) params() []param     { return nil }
func (other) init() int           { return 0 }
func (other) exit()               {}
func (other) functions() []string { return nil }
func (other) isLivepatch() bool   { return false }

// param is a module parameter.
type param struct {
	name     string
	get      func() string // nil: its value cannot be read
	set      func(value string) int
	writable bool // in sysfs
}

// moduleList is /proc/modules, in the order of loading.
type moduleList struct{ list []*module }

func (l *moduleList) find(name string) *module {
	for _, m := range l.list {
		if m.name == name {
			return m
		}
	}
	return nil
}

func (l *moduleList) remove(m *module) {
	l.list = slices.DeleteFunc(l.list, func(n *module) bool { return n == m })
}

// vmlinuxFunctions are the kernel's functions for which the probe has
// replacements.
var vmlinuxFunctions = []string{"cmdline_proc_show", "loadavg_proc_show", "uptime_proc_show", "version_proc_show"}

const (
	// notTraceable names a function of the kernel that ftrace does not
	// know: it is notrace, in kernel/livepatch/patch.c.
	notTraceable = "klp_ftrace_handler"
	// noFunction is a name that no kernel and no module has.
	noFunction = "klp_no_such_function"
)

// knowsFunction tells whether the model knows which object has the function.
func knowsFunction(name string) bool {
	return slices.Contains(vmlinuxFunctions, name) || slices.Contains(targetFunctions, name) ||
		name == notTraceable || name == noFunction
}

// hasFunction looks a symbol up, as kallsyms does.
func (l *moduleList) hasFunction(object, name string) bool {
	if object == "vmlinux" {
		return slices.Contains(vmlinuxFunctions, name) || name == notTraceable
	}
	m := l.find(object)
	return m != nil && slices.Contains(m.program.functions(), name)
}

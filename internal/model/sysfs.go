// SPDX-License-Identifier: Apache-2.0

package model

import (
	"slices"
	"strconv"
	"strings"
)

const (
	livepatchDir = "/sys/kernel/livepatch"
	moduleDir    = "/sys/module"
)

// file is a file or a directory; a file's permitted operations are not nil.
type file struct {
	dir   bool
	read  func() string
	write func(value string) int // value with the newline of echo
}

// open finds a file; nil: no such file.
func (k *kernel) open(path string) *file {
	name := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case under(path, livepatchDir):
		return k.openPatch(name[3:])
	case under(path, moduleDir) && len(name) > 2:
		return k.openModule(path, name[2:])
	case path == "/proc/sys/kernel/printk":
		return &file{read: k.readPrintk, write: k.writePrintk}
	case path == "/proc/sys/kernel/ftrace_enabled":
		return &file{read: func() string { return digitOf(!k.ftraceOff) }, write: k.writeFtrace}
	case len(name) == 2 && name[0] == "proc":
		return k.openProc(path, name[1])
	}
	return k.unknown(path)
}

func under(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

func (k *kernel) unknown(path string) *file {
	k.giveUp("%s", path)
	return nil
}

func digitOf(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// directory finds a livepatch that has a directory in sysfs.
func (k *kernel) directory(name string) *patch {
	for _, p := range k.directories {
		if p.mod.name == name {
			return p
		}
	}
	return nil
}

// openPatch opens a file below /sys/kernel/livepatch; kernel/livepatch/core.c,
// klp_patch_attrs and klp_object_attrs.
func (k *kernel) openPatch(name []string) *file {
	if len(name) == 0 {
		return &file{dir: true}
	}
	p := k.directory(name[0])
	switch {
	case p == nil:
		return nil
	case len(name) == 1:
		return &file{dir: true}
	case p.object(name[1]) != nil:
		return k.openObject(p.object(name[1]), name[2:])
	case len(name) > 2:
		return nil
	}
	return k.patchAttr(p, name[1])
}

func (k *kernel) patchAttr(p *patch, name string) *file {
	switch {
	case name == "enabled":
		return &file{read: func() string { return digitOf(p.enabled) }, write: func(v string) int { return k.storeEnabled(p, v) }}
	case name == "transition":
		return &file{read: func() string { return digitOf(p == k.transition) }}
	case name == "force":
		return &file{write: func(v string) int { return k.storeForce(p, v) }}
	case name == "replace" && k.replaceAttr:
		return &file{read: func() string { return digitOf(p.replace) }}
	case name == "stack_order" && k.orderAttr:
		return &file{read: func() string { return strconv.Itoa(slices.Index(k.patches, p) + 1) }}
	}
	return nil
}

func (k *kernel) openObject(o *object, name []string) *file {
	switch {
	case len(name) == 0:
		return &file{dir: true}
	case len(name) > 1:
		return nil
	case name[0] == "patched" && k.patchedAttr:
		return &file{read: func() string { return digitOf(o.patched) }}
	}
	if f, ok := strings.CutSuffix(name[0], ",1"); ok && o.findFunction(f) != nil {
		return &file{dir: true}
	}
	return nil
}

// storeEnabled is enabled_store().
func (k *kernel) storeEnabled(p *patch, value string) int {
	enabled, ret := kstrtobool(value)
	switch {
	case ret != 0:
		return ret
	case p.enabled == enabled:
		return einval
	case p == k.transition:
		k.reverseTransition()
		return 0
	case !enabled:
		return k.disable(p)
	}
	return einval
}

// storeForce is force_store().
func (k *kernel) storeForce(p *patch, value string) int {
	force, ret := kstrtobool(value)
	switch {
	case ret != 0 || !force:
		return ret
	case p != k.transition:
		return einval
	}
	k.forceTransition()
	return 0
}

// openModule opens a file below /sys/module, of which only a part is modelled.
func (k *kernel) openModule(path string, name []string) *file {
	m := k.modules.find(name[0])
	if m == nil && k.newProgram(&module{name: name[0]}) != nil {
		return nil
	}
	switch {
	case m == nil:
	case len(name) == 1, len(name) == 2 && name[1] == "parameters":
		return &file{dir: true}
	case len(name) == 2 && name[1] == "refcnt":
		return &file{read: func() string { return strconv.Itoa(m.refs) }}
	case len(name) == 2 && name[1] == "initstate":
		return &file{read: func() string { return "live" }}
	case len(name) == 3 && name[1] == "parameters":
		return openParam(m, name[2])
	}
	return k.unknown(path)
}

func openParam(m *module, name string) *file {
	p := findParam(m.program.params(), name)
	if p == nil {
		return nil
	}
	f := &file{read: p.get}
	if p.writable {
		f.write = p.set
	}
	return f
}

// openProc opens the files in /proc that a livepatch's functions print: the
// kernel's own functions print facts about the machine.
func (k *kernel) openProc(path, name string) *file {
	original := address("vmlinux:" + name + "_proc_show")
	code := k.called(k.tasks.agent, original)
	probe, function, _ := strings.Cut(string(code), ":")
	if code == relaCmdline {
		return &file{read: func() string { return probe + ": livepatch" }}
	}
	if probeNumber(code) == 0 {
		return k.unknown(path)
	}
	return &file{read: func() string { return probe + ": " + function }}
}

// SPDX-License-Identifier: Apache-2.0

package model

import (
	"strings"

	"golang.org/x/sys/unix"
)

// maxCharp is the longest string parameter (param_set_charp()).
const maxCharp = 1024

// insmod is load_module() of kernel/module/main.c, from the module's
// announcement to the end of its init. A positive return value is not an error
// to user space.
func (k *kernel) insmod(name string, args []string) int {
	if k.modules.find(name) != nil {
		return eexist
	}
	m := &module{name: name}
	if m.program = k.newProgram(m); m.program == nil {
		k.giveUp("the module %s", name)
		return einval
	}
	k.modules.list = append(k.modules.list, m)
	ret := k.moduleComing(m)
	if ret != 0 {
		k.modules.remove(m)
		return ret
	}
	if ret = k.parseArgs(m, args); ret == 0 {
		ret = k.runInit(m)
	}
	if ret < 0 {
		k.moduleGoing(m)
		k.modules.remove(m)
	}
	return ret
}

// runInit is do_init_module(). Newer kernels reserve EEXIST for a module that
// is already loaded.
func (k *kernel) runInit(m *module) int {
	ret := m.program.init()
	switch {
	case ret == eexist && k.initEEXIST:
		return ebusy
	case ret > 0:
		k.warnPositive(m, ret)
		return 0
	}
	return ret
}

func (k *kernel) warnPositive(m *module, ret int) {
	log := logger{k.kmsg, ""}
	if k.initOneLine {
		log.warn("%s: init suspiciously returned %d, it should follow 0/-E convention", m.name, ret)
		return
	}
	log.warn("do_init_module: '%s'->init suspiciously returned %d, it should follow 0/-E convention\n"+
		"do_init_module: loading module anyway...", m.name, ret)
	k.kmsg.dumpStack()
}

// parseArgs is parse_args() of kernel/params.c.
func (k *kernel) parseArgs(m *module, args []string) int {
	log := logger{k.kmsg, m.name + ": "}
	params := m.program.params()
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		if name == "dyndbg" || strings.Contains(value, `"`) || len(value) > maxCharp {
			k.giveUp("the parameter %s", arg)
		}
		p := findParam(params, name)
		if p == nil {
			log.warn("unknown parameter '%s' ignored", name)
			continue
		}
		if ret := p.set(value); ret != 0 {
			log.err("`%s' invalid for parameter `%s'", value, name)
			return ret
		}
	}
	return 0
}

func findParam(list []param, name string) *param {
	for i := range list {
		if list[i].name == name {
			return &list[i]
		}
	}
	return nil
}

// rmmod is delete_module(2) with O_NONBLOCK.
func (k *kernel) rmmod(name string) int {
	m := k.modules.find(name)
	switch {
	case m == nil:
		return -int(unix.ENOENT)
	case m.refs != 0:
		return -int(unix.EWOULDBLOCK)
	}
	m.program.exit()
	k.moduleGoing(m)
	k.modules.remove(m)
	return 0
}

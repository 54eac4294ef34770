// SPDX-License-Identifier: Apache-2.0

package model

import (
	"slices"
	"strings"
)

// The limits of kmods/src/klp_probe_params.h.
const (
	probeMaxStates    = 8
	probeMaxObjects   = 4
	probeMaxFunctions = 8
)

// probeModes are the values that data= accepts.
var probeModes = []string{modeNone, modeAlloc, modeTake, modeCopy, modeFree, modeFail, modeLeak}

// probeArgs are the module parameters, as given.
type probeArgs struct {
	states, watch, objs, funcs, prePatchRet, data string
	replace                                       bool
}

func (p *probe) params() []param {
	a := &p.args
	text := func(name string, v *string) param {
		return param{name: name, get: func() string { return *v }, set: func(s string) int { *v = s; return 0 }}
	}
	return []param{
		text("states", &a.states), text("watch", &a.watch), text("objs", &a.objs), text("funcs", &a.funcs),
		text("pre_patch_ret", &a.prePatchRet), text("data", &a.data),
		{name: "replace", get: a.showReplace, set: a.setReplace},
	}
}

func (a *probeArgs) showReplace() string {
	if a.replace {
		return "Y"
	}
	return "N"
}

func (a *probeArgs) setReplace(s string) (ret int) {
	value, ret := kstrtobool(s)
	if ret == 0 {
		a.replace = value
	}
	return ret
}

// parse is probe_parse(): objects come first, because the others name them.
func (p *probe) parse() int {
	for _, list := range []struct {
		param, text string
		add         func(string) bool
	}{
		{"objs", p.args.objs, p.addObject},
		{"funcs", p.args.funcs, p.addFunction},
		{"states", p.args.states, p.addState},
		{"watch", p.args.watch, p.addWatch},
		{"pre_patch_ret", p.args.prePatchRet, p.setFailure},
		{"data", p.args.data, p.setMode},
	} {
		if list.text == "" {
			continue
		}
		for item := range strings.SplitSeq(list.text, ",") {
			if !list.add(item) {
				p.err("%s: bad value '%s'", list.param, item)
				return einval
			}
		}
	}
	return 0
}

func (p *probe) addObject(name string) bool {
	if name == "" || len(p.patch.objects) == probeMaxObjects || p.patch.object(name) != nil {
		return false
	}
	o := &object{}
	if name != "vmlinux" {
		o.name = name
	}
	p.patch.objects = append(p.patch.objects, o)
	p.first = p.patch.objects[0]
	return true
}

// addFunction takes [OBJECT:]NAME.
func (p *probe) addFunction(item string) bool {
	object, name, named := strings.Cut(item, ":")
	if named && object == "" {
		return false
	}
	if !named {
		object, name = "", item
	}
	home, known := probeHome(object, name)
	o := p.patch.object(home)
	if name == "" || o == nil || len(o.functions) == probeMaxFunctions {
		return false
	}
	if !knowsFunction(name) {
		p.k.giveUp("the function %s", name)
	}
	replacement := "probe_unknown"
	if known {
		replacement = name
	}
	o.functions = append(o.functions, &function{name: name, newFunc: address(p.mod.name + ":" + replacement)})
	return true
}

// probeHome is probe_find_func(): a function's object, and whether the probe
// has a replacement for the function.
func probeHome(object, name string) (home string, known bool) {
	for _, table := range []struct {
		object string
		names  []string
	}{{"vmlinux", vmlinuxFunctions}, {"klp_target", targetFunctions}} {
		if slices.Contains(table.names, name) && (object == "" || object == table.object) {
			return table.object, true
		}
	}
	if object == "" {
		object = "vmlinux"
	}
	return object, false
}

// addState takes ID:VERSION.
func (p *probe) addState(item string) bool {
	id, version, ok := strings.Cut(item, ":")
	if !ok || len(p.patch.states) == probeMaxStates {
		return false
	}
	v, ret1 := kstrtouint(version)
	n, ret2 := kstrtoull(id)
	if ret1 != 0 || ret2 != 0 || n == 0 {
		return false
	}
	p.patch.states = append(p.patch.states, &state{id: n, version: v})
	return true
}

func (p *probe) addWatch(item string) bool {
	n, ret := kstrtoull(item)
	if len(p.watch) == probeMaxStates || ret != 0 || n == 0 {
		return false
	}
	p.watch = append(p.watch, n)
	return true
}

// setFailure takes [OBJECT:]VALUE.
func (p *probe) setFailure(item string) bool {
	p.failing = p.first // nil if objs= names none: then nothing fails
	object, value, named := strings.Cut(item, ":")
	if !named {
		value = item
	} else if p.failing = p.patch.object(object); p.failing == nil {
		return false
	}
	n, ret := kstrtoint(value)
	p.failure = n
	return ret == 0
}

func (p *probe) setMode(item string) bool {
	p.mode = item
	return slices.Contains(probeModes, item)
}

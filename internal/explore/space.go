// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/model"
)

var probeNames = []string{"klp_a", "klp_b", "klp_c", "klp_d", "klp_e", "klp_f", "klp_g", "klp_h"}

// otherName is a probe that serves as a module to be patched. Unlike
// klp_target, it can come and go while klp_target holds a transition open.
const otherName = "klp_h"

// space is what sequences are made of.
type space struct {
	patches int // how many may be loaded at once
	states  []string
	replace []string
	shapes  []string
	force   []string // what is written to force
	again   bool     // a loaded module is loaded once more
	target  []string // how klp_target is loaded
	other   []string // how another module to be patched is loaded
	faults  bool     // calls made by livepatch fail
}

// What a probe patches: nothing; nothing, in two objects; a function that can
// be held; and a second object that fails.
const (
	plain   = ""
	two     = " objs=vmlinux,klp_target"
	held    = " objs=vmlinux,klp_target funcs=klp_target_hold_old,klp_target_hold_new,klp_target_value"
	failing = " objs=vmlinux,klp_target pre_patch_ret=klp_target:-19"
)

// small returns the space for exploring to a depth.
func small(patches int) space {
	return space{
		patches: patches,
		states:  []string{"", " states=1:1", " states=1:2", " states=1:1,2:1"},
		replace: []string{"", " replace=1"},
		shapes:  []string{plain, held, failing},
		force:   []string{"1"},
		target:  []string{"insmod klp_target"},
	}
}

// large returns the space of random sequences.
func large(patches int) space {
	return space{
		patches: patches,
		states: []string{
			"", " states=1:0", " states=1:1", " states=1:2", " states=2:1", " states=1:1,2:1", " states=1:2,2:1", " states=2:2,1:1",
			" states=1:1,1:3", " states=1:4294967295", " states=1:1 data=alloc", " states=1:1 data=take", " states=1:2,2:1 data=take",
			" states=1:2 data=copy", " states=1:1 data=free", " states=1:1 data=fail", " states=1:1 watch=2",
		},
		replace: []string{"", " replace=1"},
		shapes: []string{
			plain, plain, two, held, held, held, failing, " objs=klp_target", " objs=klp_target,vmlinux", " pre_patch_ret=-12",
			" objs=klp_target,vmlinux pre_patch_ret=vmlinux:-22", " objs=klp_target pre_patch_ret=-1", " funcs=cmdline_proc_show",
			" objs=vmlinux,klp_h,klp_target funcs=klp_target_hold_old,klp_target_hold_new",
			" objs=vmlinux,klp_h,klp_target funcs=klp_target_hold_old,klp_target_hold_new pre_patch_ret=klp_h:-5",
			" objs=klp_target funcs=klp_target_hold_old", " objs=vmlinux,klp_target funcs=klp_target_hold_new",
			" funcs=klp_no_such_function", " objs=klp_target funcs=klp_target:klp_no_such_function",
		},
		force:  []string{"1", "1", "0"},
		again:  true,
		target: []string{"insmod klp_target", "insmod klp_target", "insmod klp_target init_ret=-5"},
		other:  []string{"insmod klp_h", "insmod klp_h pre_patch_ret=7"},
	}
}

// operations returns the possible next operations. Names and ids are
// interchangeable: the first free one stands for all free ones.
func (sp space) operations(s *script) []string {
	at := s.at
	var ops []string
	loadable := true
	for _, name := range probeNames[:sp.patches] {
		switch {
		case slices.Contains(at.Modules, name):
			ops = append(ops, sp.change(name, at)...)
		case loadable:
			loadable = false
			ops = append(ops, sp.load(name, s)...)
		}
	}
	ops = append(ops, sp.targetOperations(at)...)
	if slices.Contains(at.Modules, otherName) {
		return append(ops, sp.change(otherName, at)...)
	}
	return append(ops, sp.other...)
}

func (sp space) load(name string, s *script) []string {
	known := slices.ContainsFunc(s.commands, func(cmd machine.Command) bool { return strings.Contains(cmd.Text, "states=1") })
	var ops []string
	for _, states := range sp.states {
		if strings.HasPrefix(states, " states=2:1") && !known {
			continue
		}
		for _, replace := range sp.replace {
			for _, shape := range sp.shapes {
				ops = append(ops, "insmod "+name+states+replace+shape)
			}
		}
	}
	return ops
}

// change returns what can be done to a loaded probe.
func (sp space) change(name string, at model.Snapshot) []string {
	ops := []string{"rmmod " + name}
	if sp.again {
		ops = append(ops, "insmod "+name)
	}
	if slices.Contains(at.Patches, name) {
		dir := " > /sys/kernel/livepatch/" + name
		ops = append(ops, "echo 0"+dir+"/enabled", "echo 1"+dir+"/enabled")
		for _, value := range sp.force {
			ops = append(ops, "echo "+value+dir+"/force")
		}
	}
	return ops
}

func (sp space) targetOperations(at model.Snapshot) []string {
	if !slices.Contains(at.Modules, "klp_target") {
		return slices.Clone(sp.target)
	}
	ops := []string{"rmmod klp_target"}
	for _, what := range []string{"old", "new"} {
		switch {
		case at.Held[what] != "0":
			ops = append(ops, "release "+what)
		case !at.Unsure:
			ops = append(ops, "hold "+what)
		}
	}
	return ops
}

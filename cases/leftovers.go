// SPDX-License-Identifier: Apache-2.0

package cases

import "slices"

// leftovers tells what is not as it was before the case: modules, patches,
// redirected functions, data and taints; and what the case before it has left
// to happen. What a run that was cut short has left says nothing.
func (j *judgement) leftovers() []string {
	var list []string
	for _, line := range j.log.early {
		list = append(list, "logged before the first command: "+line)
	}
	list = append(list, j.c.dataFaults(j.log.entries, j.whole)...)
	if j.whole {
		list = append(list, j.stayed()...)
	}
	if extra := j.o.End.Taint &^ (testTaints | j.c.Taints); extra != 0 {
		list = append(list, "the kernel is tainted: "+taintNames(extra))
	}
	return list
}

func (j *judgement) stayed() []string {
	var list []string
	for _, name := range j.o.End.Modules {
		if !j.c.leaves(name) {
			list = append(list, "module "+escape(name)+" is still loaded")
		}
	}
	for _, name := range j.o.End.Patches {
		if !j.c.leaves(name) {
			list = append(list, "livepatch "+escape(name)+" is still in /sys/kernel/livepatch")
		}
	}
	return append(append(list, j.redirected()...), j.gone()...)
}

// redirected tells which functions are still patched. A livepatch that stays,
// to be told of or because the case says so, keeps its own.
func (j *judgement) redirected() []string {
	var list []string
	for _, name := range j.o.End.Functions {
		if len(j.o.End.Patches) == 0 {
			list = append(list, "function "+escape(name)+" is still redirected by ftrace")
		}
	}
	return list
}

func (j *judgement) gone() []string {
	var list []string
	for _, name := range j.c.Leaves {
		if !slices.Contains(j.o.End.Modules, name) {
			list = append(list, "module "+name+" is gone, though the case says that it stays")
		}
	}
	return list
}

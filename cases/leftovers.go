// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"slices"
	"strings"
)

// maxLeakLines is about an object of kmemleak's report, with its backtrace.
const maxLeakLines = 20

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
	return slices.Concat(list, j.redirected(), j.gone(), j.leaked())
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

// leaked begins with kmemleak's own first line, "unreferenced object …".
func (j *judgement) leaked() []string {
	var list []string
	for line := range strings.Lines(j.o.End.Leaks) {
		if len(list) == maxLeakLines {
			return append(list, "kmemleak: …")
		}
		list = append(list, "kmemleak: "+escape(strings.TrimRight(line, "\n")))
	}
	return list
}

// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

// maxLeakLines is about the length of one object in kmemleak's report, with its
// backtrace.
const maxLeakLines = 20

// leftovers lists what differs from the state before the case: modules,
// patches, redirected functions, data and taints; late effects of the previous
// case; and faults that did not occur. A run that was cut short is not blamed for
// modules and patches that are still there.
func (j *judgement) leftovers() []string {
	var list []string
	for _, line := range j.log.early {
		list = append(list, "logged before the first command: "+line)
	}
	list = append(list, dataFaults(j.c, j.log.entries, j.whole)...)
	list = append(list, j.unused()...)
	if j.whole {
		list = append(list, j.stayed()...)
	}
	if extra := j.o.End.Taint &^ (machine.ModuleTaints | j.c.Taints); extra != 0 {
		list = append(list, "the kernel is tainted: "+machine.TaintNames(extra)+j.lacksTaints(extra))
	}
	return list
}

// unused lists the calls that should have failed but were not made. A case may
// not expect that: it would show nothing.
func (j *judgement) unused() []string {
	var list []string
	for _, e := range j.log.entries {
		if rest, ok := strings.CutPrefix(e.Text, machine.FaultUnused); ok {
			list = append(list, "nothing has failed: no call "+klog.Escape(rest))
		}
	}
	return list
}

func (j *judgement) stayed() []string {
	var list []string
	for _, name := range j.o.End.Modules {
		if !j.c.Keeps(name) {
			list = append(list, "module "+klog.Escape(name)+" is still loaded"+j.lacksLeaves(name))
		}
	}
	for _, name := range j.o.End.Patches {
		if !j.c.Keeps(name) {
			list = append(list, "livepatch "+klog.Escape(name)+" is still in /sys/kernel/livepatch")
		}
	}
	return slices.Concat(list, j.redirected(), j.gone(), j.leaked())
}

// redirected lists the functions that are still patched. A livepatch that
// stays, allowed or as a leftover reported elsewhere, keeps its functions.
func (j *judgement) redirected() []string {
	var list []string
	for _, name := range j.o.End.Functions {
		if len(j.o.End.Patches) == 0 {
			list = append(list, "function "+klog.Escape(name)+" is still redirected by ftrace")
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

// leaked returns kmemleak's report, which begins with "unreferenced object …".
func (j *judgement) leaked() []string {
	var list []string
	for line := range strings.Lines(j.o.End.Leaks) {
		if len(list) == maxLeakLines {
			return append(list, "kmemleak: …")
		}
		list = append(list, "kmemleak: "+klog.Escape(strings.TrimRight(line, "\n")))
	}
	return list
}

// lacksTaints names the missing header if the case itself expects a splat.
func (j *judgement) lacksTaints(extra uint64) string {
	for _, s := range j.steps {
		for _, e := range s.Expect {
			if strings.HasPrefix(e.Text, klog.FoldPrefix) && e.Text != klog.FoldPrefix+string(klog.StackDump) {
				return ". The case expects a splat: it needs the header Taints: " + machine.TaintHeader(extra)
			}
		}
	}
	return ""
}

// lacksLeaves names the missing header if the case itself expects that a module
// cannot be removed.
func (j *judgement) lacksLeaves(module string) string {
	for _, s := range slices.Backward(j.steps) {
		if s.Command.Verb == machine.Rmmod && s.Command.Args[0] == module {
			if slices.ContainsFunc(s.Expect, func(e casefile.Expected) bool { return e.Kind == casefile.Errno }) {
				return ". The case expects that it cannot be removed: it needs the header Leaves: " + module
			}
			break
		}
	}
	return ""
}

// SPDX-License-Identifier: Apache-2.0

package model

import (
	"errors"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// ErrNotModelled is in the error chain of a step that the model cannot answer.
var ErrNotModelled = errors.New("not modelled")

// kernel is the livepatch core and its surroundings.
type kernel struct {
	*core
	log    kmsg
	printk [4]int // /proc/sys/kernel/printk
	gaveUp error  // why the model no longer has an answer
}

func newKernel(f facts) *kernel {
	k := &kernel{printk: [4]int{7, 4, 1, 7}}
	k.core = newCore(f, &k.log, &moduleList{}, newTaskList())
	return k
}

// giveUp records what the model does not cover. The first reason counts.
func (k *kernel) giveUp(format string, args ...any) {
	if k.gaveUp == nil {
		e := blame.Userf("the model does not cover "+format, args...)
		k.gaveUp = errors.Join(e, ErrNotModelled)
	}
}

// checkBounds gives up once the core has done something that the model cannot
// predict.
func (k *kernel) checkBounds() {
	if k.strayed {
		k.giveUp("reversing the disabling of a livepatch below another one: the kernel reads beyond its list (klp_check_stack_func)")
	}
	if k.relocatedTwice {
		k.giveUp("a module that comes again to a livepatch with relocations: until Linux 6.3 it is refused, and the log has addresses")
	}
	if k.unfiltered {
		k.giveUp("a filter that cannot be removed: the kernel warns in whatever function the compiler has put klp_unpatch_func()")
	}
}

// newProgram returns the program of a shipped module, or nil.
func (k *kernel) newProgram(m *module) program {
	switch m.name {
	case "klp_target":
		return newTarget(k)
	case "klp_other":
		return other{}
	case "klp_rela":
		return newRela(k, m)
	case "klp_loglevel_v1", "klp_loglevel_v2", "klp_loglevel_v3":
		return newLoglevel(k, m, uint32(m.name[len(m.name)-1]-'0'))
	}
	if probeNumber(address(m.name)) > 0 {
		return newProbe(k, m)
	}
	return nil
}

// probeNumber is PROBE_NUMBER of the probe to which code belongs; 0: to none.
func probeNumber(code address) int {
	name, _, _ := strings.Cut(string(code), ":")
	if len(name) != len("klp_a") || !strings.HasPrefix(name, "klp_") || name[4] < 'a' || name[4] > 'h' {
		return 0
	}
	return int(name[4]-'a') + 1
}

// elapse lets a second or two pass.
func (k *kernel) elapse() {
	k.runTasks()
	k.transitionWork()
	k.runTasks()
	k.runFreeWork()
}

// runTasks runs each task for some milliseconds.
func (k *kernel) runTasks() {
	if k.transition != nil {
		k.tasks.agent.updatePatchState(k.target)
	}
	if t := k.klpTarget(); t != nil {
		t.old.run()
		t.new.run()
	}
}

// klpTarget returns klp_target; nil if it is not loaded.
func (k *kernel) klpTarget() *target {
	m := k.modules.find("klp_target")
	if m == nil {
		return nil
	}
	t, _ := m.program.(*target)
	return t
}

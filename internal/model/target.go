// SPDX-License-Identifier: Apache-2.0

package model

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// targetFunctions are those of klp_target that can be patched.
var targetFunctions = []string{"klp_target_value", "klp_target_hold_old", "klp_target_hold_new"}

const (
	targetValue   = address("klp_target:klp_target_value")
	targetHoldOld = address("klp_target:klp_target_hold_old")
	targetHoldNew = address("klp_target:klp_target_hold_new")
)

// target is kmods/src/klp_target.c. What its tasks do to a transition follows
// from the function in which they sleep; see the comment at the top of that
// file.
type target struct {
	k       *kernel
	initRet int
	number  int // klp_target_number
	allowed bool
	old     holder
	new     holder
}

// holder is struct klp_target_hold: a task that keeps a transition open.
type holder struct {
	k        *kernel
	name     string
	function address
	task     *task
	inside   bool // it has slept in the function since its start
}

func newTarget(k *kernel) *target {
	return &target{
		k: k, number: 21,
		old: holder{k: k, name: "klp_hold_old", function: targetHoldOld},
		new: holder{k: k, name: "klp_hold_new", function: targetHoldNew},
	}
}

func (t *target) isLivepatch() bool   { return false }
func (t *target) functions() []string { return targetFunctions }

func (t *target) init() int {
	if t.initRet != 0 {
		return t.initRet
	}
	t.allowed = true
	return 0
}

func (t *target) exit() {
	t.allowed = false
	t.old.stop()
	t.new.stop()
}

func (t *target) params() []param {
	return []param{
		{name: "value", get: t.value, set: func(string) int { t.k.giveUp("setting value of klp_target"); return einval }},
		{name: "hold_old", get: t.old.show, set: t.setOld, writable: true},
		{name: "hold_new", get: t.new.show, set: t.setNew, writable: true},
		numbered("init_ret", &t.initRet),
		numbered("number", &t.number),
	}
}

// value is what klp_target_value() returns to the agent.
func (t *target) value() string {
	return t.numberOf(t.k.called(t.k.tasks.agent, targetValue))
}

// numbered is module_param(name, int, 0444).
func numbered(name string, value *int) param {
	set := func(s string) int {
		n, ret := kstrtoint(s)
		if ret == 0 {
			*value = n
		}
		return ret
	}
	return param{name: name, get: func() string { return strconv.Itoa(*value) }, set: set}
}

func (t *target) setOld(s string) int {
	want, ret := kstrtouint(s)
	switch {
	case ret != 0 || want > 1:
		return einval
	case want == 0:
		t.old.stop()
		return 0
	}
	if ret := t.start(&t.old); ret != 0 {
		return ret
	}
	return t.old.wait()
}

func (t *target) setNew(s string) int {
	want, ret := kstrtouint(s)
	switch {
	case ret != 0 || want > 2:
		return einval
	case want == 0:
		t.new.stop()
		return 0
	case want == 1:
		return t.start(&t.new)
	}
	return t.new.wait()
}

func (t *target) start(h *holder) int {
	if !t.allowed {
		return -int(unix.ENODEV)
	}
	if h.task != nil {
		return ebusy
	}
	h.inside = false
	h.task = t.k.tasks.fork(h.name)
	h.run()
	return 0
}

// run lets the task call its function. The original hold_new returns at once;
// everything else sleeps until the task is released.
func (h *holder) run() {
	if h.task == nil || h.task.in != "" {
		return
	}
	if in := h.k.called(h.task, h.function); in != targetHoldNew {
		h.task.in, h.inside = in, true
	}
}

// wait waits until the task sleeps in the function. That may need a transition
// to proceed meanwhile.
func (h *holder) wait() int {
	if h.task == nil {
		return -int(unix.ESRCH)
	}
	if !h.inside {
		h.k.elapse()
	}
	if !h.inside {
		return -int(unix.ETIMEDOUT)
	}
	return 0
}

func (h *holder) stop() {
	if h.task != nil {
		h.k.tasks.exit(h.task)
		h.task = nil
	}
}

func (h *holder) show() string {
	switch {
	case h.task == nil:
		return "0"
	case h.inside:
		return "2"
	}
	return "1"
}

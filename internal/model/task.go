// SPDX-License-Identifier: Apache-2.0

package model

import "slices"

// task is a task as livepatch sees it.
type task struct {
	comm    string
	state   direction // patch_state: the code that it runs
	pending bool      // TIF_PATCH_PENDING
	in      address   // the function in which it sleeps; empty: none that can be patched
}

// taskList stands for all tasks. One task of each kind stands for those that no
// case holds: they all sleep outside patched functions.
type taskList struct {
	agent   *task // runs the commands; switches when it returns to user space
	kthread *task // starts the others (kthreadd)
	list    []*task
}

func newTaskList() *taskList {
	l := &taskList{agent: &task{comm: "klptest", state: idle}, kthread: &task{comm: "kthreadd", state: idle}}
	l.list = []*task{l.agent, l.kthread}
	return l
}

// fork is klp_copy_process(): a child runs the code of its parent.
func (l *taskList) fork(comm string) *task {
	t := &task{comm: comm, state: l.kthread.state, pending: l.kthread.pending}
	l.list = append(l.list, t)
	return t
}

func (l *taskList) exit(t *task) {
	l.list = slices.DeleteFunc(l.list, func(u *task) bool { return u == t })
}

// updatePatchState is klp_update_patch_state().
func (t *task) updatePatchState(target direction) {
	if t.pending {
		t.pending = false
		t.state = target
	}
}

// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

const (
	livepatchDir = "/sys/kernel/livepatch"
	maxTasks     = 20
	maxStack     = 4 << 10
	maxTree      = 16 << 10
)

// unsettled names the livepatch core's unfinished work, or "" when it is done.
// A patch with enabled=0 and transition=0 is about to be removed by a work item
// (kernel/livepatch/core.c, klp_free_patch_work_fn), and so is one whose
// attributes are gone already.
func unsettled(t rootfs.Tree) string {
	what := ""
	for _, name := range t.Names(livepatchDir) {
		dir := filepath.Join(livepatchDir, name)
		enabled, err1 := t.Read(dir+"/enabled", 8)
		transition, err2 := t.Read(dir+"/transition", 8)
		switch {
		case err1 != nil || err2 != nil || enabled == "0" && transition == "0":
			what = "removal of " + name
		case transition == "1":
			return "transition of " + name
		}
	}
	return what
}

// blockers are the tasks that have not switched to the transition's target
// state: /proc/PID/task/TID/patch_state is 0 for unpatched, 1 for patched and
// -1 outside of a transition (fs/proc/base.c, and include/linux/livepatch.h).
// Idle tasks have no entry in /proc.
func blockers(t rootfs.Tree) []machine.Task {
	target := target(t)
	if target == "" {
		return nil
	}
	dirs, _ := filepath.Glob(t.Path("/proc/[0-9]*/task/[0-9]*"))
	var tasks []machine.Task
	for _, dir := range dirs {
		task := rootfs.Tree(dir)
		state, err := task.Read("patch_state", 8)
		if err != nil || state == target || state == "-1" {
			continue
		}
		if tasks = append(tasks, taskAt(task)); len(tasks) == maxTasks {
			break
		}
	}
	return tasks
}

// target is the target of the current transition: the patch in transition shows
// enabled=1 while patching and 0 while unpatching.
func target(t rootfs.Tree) string {
	for _, name := range t.Names(livepatchDir) {
		dir := filepath.Join(livepatchDir, name)
		if transition, _ := t.Read(dir+"/transition", 8); transition == "1" {
			enabled, _ := t.Read(dir+"/enabled", 8)
			return enabled
		}
	}
	return ""
}

// taskAt describes the task whose /proc directory t is.
func taskAt(t rootfs.Tree) machine.Task {
	pid, _ := strconv.Atoi(filepath.Base(string(t)))
	comm, _ := t.Read("comm", 64)
	stack, err := t.Read("stack", maxStack)
	if err != nil {
		stack = fmt.Sprintf("[no stack: %v]", err)
	}
	return machine.Task{PID: pid, Comm: comm, Stack: stack}
}

// describe is the livepatch directory as text, with lines "path = value".
func describe(t rootfs.Tree) string {
	var b strings.Builder
	_ = filepath.WalkDir(t.Path(livepatchDir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || b.Len() > maxTree {
			return nil // a file that vanishes meanwhile is no loss
		}
		name := strings.TrimPrefix(path, strings.TrimRight(string(t), string(os.PathSeparator)))
		if value, err := t.Read(name, 128); err == nil {
			fmt.Fprintf(&b, "%s = %s\n", name, value)
		}
		return nil
	})
	return b.String()
}

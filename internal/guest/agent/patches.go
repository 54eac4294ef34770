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

// attributes is the part of a tree that reads sysfs.
type attributes interface {
	Names(dir string) []string
	Read(name string, limit int) (string, error)
}

// unsettled names the livepatch core's unfinished work, or "" when it is done.
// The order of the reads matters, because the core goes on meanwhile. It clears
// the transition of a patch only after it has cleared enabled of all patches
// that it replaces (klp_complete_transition, kernel/livepatch/transition.c). So
// a reader that has seen no transition sees each replaced patch disabled or
// gone.
func unsettled(t attributes) string {
	for _, name := range t.Names(livepatchDir) {
		if transition, _ := t.Read(attribute(name, "transition"), 8); transition == "1" {
			return "transition of " + name
		}
	}
	for _, name := range t.Names(livepatchDir) {
		if removed(t, name) {
			return "removal of " + name
		}
	}
	return ""
}

// removed reports whether a work item removes the patch, or is about to
// (klp_free_patch_work_fn, kernel/livepatch/core.c): outside of a transition
// only such a patch has enabled=0, and its attributes go before its directory.
func removed(t attributes, name string) bool {
	enabled, err := t.Read(attribute(name, "enabled"), 8)
	return err != nil || enabled == "0"
}

func attribute(patch, name string) string { return filepath.Join(livepatchDir, patch, name) }

// blockers returns the tasks that have not switched to the transition's target
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

// target returns the target of the current transition: the patch in transition
// shows enabled=1 while patching and 0 while unpatching.
func target(t rootfs.Tree) string {
	for _, name := range t.Names(livepatchDir) {
		if transition, _ := t.Read(attribute(name, "transition"), 8); transition == "1" {
			enabled, _ := t.Read(attribute(name, "enabled"), 8)
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

// describe returns the livepatch directory as text, with lines "path = value".
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

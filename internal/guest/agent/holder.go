// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

const (
	holderAt = "/sys/module/klp_target/parameters/hold_"
	probes   = "klp_[a-h]" // a pattern; their replacements are called probe_FUNCTION

	holderPause    = 5 * time.Millisecond
	holderPatience = 2 * time.Second // for a running task to sleep again
)

// frame matches a line of /proc/PID/stack that has a symbol.
var frame = regexp.MustCompile(`(?m)^\[<[^>]*>\] ([\w.]+)\+0x`)

func (c commander) setHolder(ctx context.Context, what, value string) error {
	if what != "old" && what != "new" {
		return blame.Userf("hold and release take old or new, not %q", what)
	}
	if err := c.files.Write(holderAt+what, value); err != nil {
		return err
	}
	return c.checkHolder(ctx, holderAt+what)
}

// checkHolder runs after a write to a file, perhaps a holder's. If the file
// then says that a task is inside the function that holds it, the task must
// have that function on its stack: otherwise it holds nothing, and the kernel
// would be blamed. The stack does not depend on livepatch's own check, so a
// mistake in livepatch is not taken for one of the holder.
func (c commander) checkHolder(ctx context.Context, file string) error {
	what, ok := strings.CutPrefix(file, holderAt)
	if !ok {
		return nil
	}
	if state, _ := c.files.Read(file, 8); state != "2" || c.strangerHolds(what) {
		return nil
	}
	return c.checkHeld(ctx, what)
}

// strangerHolds reports whether a livepatch other than a probe patches the
// function: then the replacement may have any name.
func (c commander) strangerHolds(what string) bool {
	found, _ := filepath.Glob(c.files.Path(livepatchDir + "/*/klp_target/klp_target_hold_" + what + ",*"))
	for _, dir := range found {
		patch := filepath.Base(filepath.Dir(filepath.Dir(dir)))
		if ours, err := path.Match(probes, patch); err != nil || !ours {
			return true
		}
	}
	return false
}

// checkHeld returns an error when the stack of the held task shows functions,
// but not the one that holds it. The stack of a running task shows little.
func (c commander) checkHeld(ctx context.Context, what string) error {
	function, task := "klp_target_hold_"+what, "klp_hold_"+what
	for end := time.Now().Add(holderPatience); ; {
		frames := framesOf(c.files, task)
		for _, f := range frames {
			if f == function || f == "probe_"+function {
				return nil
			}
		}
		if time.Now().After(end) || !pause(ctx, holderPause) {
			return notHeld(function, task, frames)
		}
	}
}

// notHeld returns the error of a task outside its function; nil if the kernel
// shows no stack.
func notHeld(function, task string, frames []string) error {
	if len(frames) == 0 {
		return nil
	}
	return blame.AdviseRigf(
		"report this line, the kernel's configuration and its compiler",
		"the task %s does not sleep in %s(), so it holds nothing: %s", task, function, strings.Join(frames, " < "))
}

// framesOf returns the stack of the kernel thread of that name, innermost
// function first.
func framesOf(t rootfs.Tree, comm string) []string {
	dirs, _ := filepath.Glob(t.Path("/proc/[0-9]*"))
	var frames []string
	for _, dir := range dirs {
		task := rootfs.Tree(dir)
		if name, _ := task.Read("comm", 64); name != comm {
			continue
		}
		stack, _ := task.Read("stack", maxStack)
		if strings.Contains(stack, "] 0x") {
			return nil // an address without a symbol may be anything
		}
		for _, m := range frame.FindAllStringSubmatch(stack, -1) {
			frames = append(frames, m[1])
		}
	}
	return frames
}

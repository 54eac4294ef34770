// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

const (
	maxTasks  = 8 // tasks of a stall that are named
	maxFrames = 8 // frames of a task's stack
)

// frame matches a line of /proc/PID/stack, with or without the address.
var frame = regexp.MustCompile(`([\w.]+)\+0x[0-9a-f]+/0x[0-9a-f]+`)

// linesOf says what the wait was for and which tasks block it, in short lines.
func linesOf(s *machine.Stall, command string) []string {
	if s.Died {
		return []string{fmt.Sprintf("%% %s: the kernel ended the task of the command", klog.Escape(command))}
	}
	list := []string{fmt.Sprintf("%% %s: %s", klog.Escape(command), unended(s))}
	for i, t := range s.Tasks {
		if i == maxTasks {
			list = append(list, fmt.Sprintf("and %d more tasks", len(s.Tasks)-maxTasks))
			break
		}
		list = append(list, taskLine(t))
	}
	for line := range strings.Lines(s.Sysfs) {
		list = append(list, "sysfs: "+klog.Escape(line))
	}
	return list
}

// unended names what did not end. For the command itself the line has the name already.
func unended(s *machine.Stall) string {
	late := "did not end within " + shortened(s.Limit).String()
	if s.OfCommand() {
		return late
	}
	return klog.Escape(s.What) + " " + late
}

// shortened drops the digits of a limit that say how long earlier commands took.
func shortened(limit time.Duration) time.Duration { return limit.Round(100 * time.Millisecond) }

// taskLine shows a task and its stack, the innermost function first.
func taskLine(t machine.Task) string {
	var stack []string
	for _, m := range frame.FindAllStringSubmatch(t.Stack, maxFrames) {
		stack = append(stack, klog.FunctionName(m[1]))
	}
	if len(stack) == 0 {
		stack = []string{"no stack"}
	}
	return klog.Escape(fmt.Sprintf("blocked by %s (pid %d): %s", t.Comm, t.PID, strings.Join(stack, " < ")))
}

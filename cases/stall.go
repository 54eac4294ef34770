// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"regexp"
	"strings"
)

const (
	maxTasks  = 8 // of a stall, that are named
	maxFrames = 8 // of a task's stack
)

// frame is a line of /proc/PID/stack, with or without the address.
var frame = regexp.MustCompile(`([\w.]+)\+0x[0-9a-f]+/0x[0-9a-f]+`)

// lines says what was waited for and who blocks it, a short line each.
func (s *Stall) lines(command string) []string {
	if s.Died {
		return []string{fmt.Sprintf("%% %s: the kernel ended the task of the command", escape(command))}
	}
	list := []string{fmt.Sprintf("%% %s: %s did not end within %s", escape(command), escape(s.What), s.Limit)}
	for i, t := range s.Tasks {
		if i == maxTasks {
			list = append(list, fmt.Sprintf("and %d more tasks", len(s.Tasks)-maxTasks))
			break
		}
		list = append(list, t.line())
	}
	for line := range strings.Lines(s.Sysfs) {
		list = append(list, "sysfs: "+escape(line))
	}
	return list
}

// line shows a task and its stack, the innermost function first.
func (t Task) line() string {
	var stack []string
	for _, m := range frame.FindAllStringSubmatch(t.Stack, maxFrames) {
		stack = append(stack, functionName(m[1]))
	}
	if len(stack) == 0 {
		stack = []string{"no stack"}
	}
	return escape(fmt.Sprintf("blocked by %s (pid %d): %s", t.Comm, t.PID, strings.Join(stack, " < ")))
}

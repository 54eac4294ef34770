// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

// Expected returns the transcript that the case expects on a kernel.
func Expected(c *casefile.Case, f machine.Facts) string {
	var lines []string
	for _, l := range expected(c.Resolve(f)) {
		lines = append(lines, l.text)
	}
	return joinLines(lines)
}

// expected returns the transcript that the case expects. After each command
// come the log lines, then the errno, then the output, whatever their order in
// the file: they are compared separately.
func expected(steps []casefile.Step) []shown {
	var list []shown
	for _, s := range steps {
		list = append(list, shown{text: s.Command.Marker(), at: s.Line, when: prefix(s.When)})
		for _, kind := range casefile.Kinds {
			for _, e := range s.Expect {
				if e.Kind == kind {
					list = append(list, shown{text: e.Text, at: e.Line, when: prefix(e.When)})
				}
			}
		}
	}
	return list
}

// prefix returns the conditions of a line as they stand before it.
func prefix(when []casefile.Condition) string {
	if len(when) == 0 {
		return ""
	}
	var list []string
	for _, c := range when {
		list = append(list, c.String())
	}
	return "[" + strings.Join(list, ", ") + "] "
}

// observed returns the observed transcript, in the same form.
func (j *judgement) observed() []string {
	var list []string
	for i, s := range j.steps {
		list = append(list, s.Command.Marker())
		for _, kind := range casefile.Kinds {
			list = append(list, j.observedLines(i, kind)...)
		}
	}
	return list
}

// observedLines returns the observed lines of one kind for a command.
func (j *judgement) observedLines(step int, kind casefile.Kind) []string {
	a := j.o.Answers[step]
	switch kind {
	case casefile.Log:
		return j.log.owned[step]
	case casefile.Errno:
		return errnoLines(a.Errno)
	}
	return outputLines(a.Output)
}

func errnoLines(errno string) []string {
	if errno == "" {
		return nil
	}
	return []string{"! " + klog.Escape(klog.ErrnoName(errno))}
}

// outputLines returns a command's output as the transcript shows it.
func outputLines(output string) []string {
	if output == "" {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(output, "\n"), "\n") {
		lines = append(lines, strings.TrimRight("= "+klog.Escape(line), " \t"))
	}
	return lines
}

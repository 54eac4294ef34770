// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	checkResult = regexp.MustCompile(`^\s*check_result "`)
	assignment  = regexp.MustCompile(`^\s*(?:(?:local|export|readonly|declare) )?([A-Za-z_]\w*)=("[^"` + "`" + `]*"|'[^']*'|[\w./:${}-]*)\s*(?:#.*)?$`)

	// expandable is an escaped character, or a variable.
	expandable = regexp.MustCompile(`\\["$\\` + "`" + `]|\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)`)

	announced = regexp.MustCompile(`^\s*(?:start_test "(.*)"|echo -n "TEST: (.*) \.\.\. ")$`)
)

// sourced is what functions.sh of the kernel's tools/testing/selftests/livepatch
// assigns; KLP_SYSFS_DIR is the older name.
var sourced = map[string]string{
	"SYSFS_KERNEL_DIR":  "/sys/kernel",
	"SYSFS_KLP_DIR":     "/sys/kernel/livepatch",
	"KLP_SYSFS_DIR":     "/sys/kernel/livepatch",
	"SYSFS_DEBUG_DIR":   "/sys/kernel/debug",
	"SYSFS_KPROBES_DIR": "/sys/kernel/debug/kprobes",
}

// fromShell returns the transcript that the first check_result with commands
// expects, in the source text of a selftest.
func fromShell(lines []string) (expected []string, note string) {
	vars, test := shellVars{}, ""
	for i, line := range lines {
		if m := announced.FindStringSubmatch(line); m != nil {
			test = m[1] + m[2]
		}
		vars.assign(line)
		m := checkResult.FindString(line)
		if m == "" {
			continue
		}
		text, rest := shellString(lines[i:], len(m))
		if !slices.ContainsFunc(text, typedLine.MatchString) {
			continue
		}
		return vars.expandAll(text), sourceNote(test, rest)
	}
	return nil, ""
}

// shellString returns the lines of a string in double quotes that begins at a
// column of the first line, and the lines behind it. The text may end before
// the string does.
func shellString(lines []string, column int) (text, rest []string) {
	for i, line := range lines {
		if i == 0 {
			line = line[column:]
		}
		end := closingQuote(line)
		if end >= 0 {
			return append(text, line[:end]), lines[i+1:]
		}
		text = append(text, line)
	}
	return text, nil
}

// closingQuote returns where the first quote is that no backslash escapes, or -1.
func closingQuote(line string) int {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

func sourceNote(test string, rest []string) string {
	note := "What check_result expects in a selftest's source"
	if test != "" {
		note += fmt.Sprintf(" (%s)", test)
	}
	more := 0
	for _, line := range rest {
		if checkResult.MatchString(line) {
			more++
		}
	}
	if more > 0 {
		note += fmt.Sprintf("; later ones are left out: %d", more)
	}
	return note + "."
}

// shellVars are the variables that a script has assigned so far.
type shellVars map[string]string

func (v shellVars) assign(line string) {
	m := assignment.FindStringSubmatch(line)
	if m == nil || strings.Contains(m[2], "$(") {
		return
	}
	value := unquote(m[2])
	if !strings.HasPrefix(m[2], "'") {
		value = v.expand(value)
	}
	if len(value) <= maxShellValue {
		v[m[1]] = value
	}
}

// maxShellValue bounds what variables made of variables can grow to.
const maxShellValue = 128

// expand puts in the values of variables. One that the text does not assign
// becomes its name in lower case, which at least may be a module's.
func (v shellVars) expand(text string) string {
	return expandable.ReplaceAllStringFunc(text, func(s string) string {
		if s[0] == '\\' {
			return s[1:]
		}
		name := strings.Trim(s, "${}")
		if value, ok := v[name]; ok {
			return value
		}
		if value, ok := sourced[name]; ok {
			return value
		}
		return strings.ToLower(name)
	})
}

func (v shellVars) expandAll(text []string) []string {
	list := make([]string, 0, len(text))
	for _, line := range text {
		list = append(list, v.expand(line))
	}
	return list
}

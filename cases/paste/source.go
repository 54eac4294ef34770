// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"strings"
)

var (
	checkResult = regexp.MustCompile(`^\s*check_result "`)
	assignment  = regexp.MustCompile(`^\s*(?:(?:local|export|readonly|declare) )?([A-Za-z_]\w*)=("[^"` + "`" + `]*"|'[^']*'|[\w./:${}-]*)\s*(?:#.*)?$`)

	// expandable matches an escaped character or a variable.
	expandable = regexp.MustCompile(`\\["$\\` + "`" + `]|\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)`)

	announced = regexp.MustCompile(`^\s*(?:start_test "(.*)"|echo -n "TEST: (.*) \.\.\. ")$`)

	// helpers match the functions of functions.sh that run commands.
	helpers = regexp.MustCompile(`^\s*(load_lp|load_lp_nowait|load_mod|load_failing_mod|disable_lp|unload_lp|unload_mod|set_ftrace_enabled)(?: --\w+)? (\S+)(.*)$`)
)

// sourced has the variables that functions.sh of the kernel's
// tools/testing/selftests/livepatch assigns; KLP_SYSFS_DIR is the older name.
var sourced = map[string]string{
	"SYSFS_KERNEL_DIR":  "/sys/kernel",
	"SYSFS_KLP_DIR":     "/sys/kernel/livepatch",
	"KLP_SYSFS_DIR":     "/sys/kernel/livepatch",
	"SYSFS_DEBUG_DIR":   "/sys/kernel/debug",
	"SYSFS_KPROBES_DIR": "/sys/kernel/debug/kprobes",
}

// unsource reads the source of a selftest: the expectation of check_result is a
// transcript. The rest of the script is text, but its helpers are commands if
// there is no transcript.
func unsource(lines []line) []line {
	if !isSource(lines) {
		return lines
	}
	s := source{vars: shellVars{}}
	for _, l := range lines {
		s.line(l)
	}
	if !s.expected {
		s.useHelpers()
	}
	return s.out
}

func isSource(lines []line) bool {
	for _, l := range lines {
		if l.kind == "" && (checkResult.MatchString(l.text) || helpers.MatchString(l.text)) {
			return true
		}
	}
	return false
}

type source struct {
	vars     shellVars
	inside   bool // of check_result's string
	expected bool // there is a transcript
	out      []line
}

func (s *source) line(l line) {
	if l.kind != "" && l.kind != isBlank {
		s.out = append(s.out, l)
		return
	}
	if s.inside {
		s.string(l, 0)
		return
	}
	if m := announced.FindStringSubmatch(l.text); m != nil {
		l.text = "===== TEST: " + m[1] + m[2] + " ====="
		s.out = append(s.out, l)
		return
	}
	s.vars.assign(l.text)
	if m := checkResult.FindString(l.text); m != "" {
		s.inside = true
		s.string(l, len(m))
		return
	}
	if l.kind == "" && l.text != "" && !isPrompted(l.text) && front(l.text) == 0 {
		if _, known := readEvent(l.text); !known {
			l.set(isText, "of a script")
		}
	}
	s.out = append(s.out, l)
}

// string handles a line of check_result's string, from a column on.
func (s *source) string(l line, column int) {
	text := l.text[column:]
	if end := closingQuote(text); end >= 0 {
		text, s.inside = text[:end], false
	}
	l.text = s.vars.expand(text)
	s.expected = s.expected || strings.HasPrefix(l.text, "% ")
	s.out = append(s.out, l)
}

// useHelpers makes commands from the script's helpers.
func (s *source) useHelpers() {
	for i := range s.out {
		l := &s.out[i]
		m := helpers.FindStringSubmatch(l.text)
		if m == nil || l.why != "of a script" {
			continue
		}
		l.kind, l.why = "", ""
		name, more := s.vars.expand(m[2]), s.vars.expand(m[3])
		switch m[1] {
		case "load_lp_nowait":
			l.text = "% insmod " + name + more + " &"
		case "load_lp", "load_mod", "load_failing_mod":
			l.text = "% insmod " + name + more
		case "disable_lp":
			l.text = "% echo 0 > /sys/kernel/livepatch/" + name + "/enabled"
		case "set_ftrace_enabled":
			l.text = "% echo " + name + " > /proc/sys/kernel/ftrace_enabled"
		default:
			l.text = "% rmmod " + name
		}
	}
}

// closingQuote returns the index of the first unescaped quote, or -1.
func closingQuote(text string) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// shellVars are the variables that a script has assigned so far.
type shellVars map[string]string

// maxShellValue bounds the values of variables that contain variables.
const maxShellValue = 128

func (v shellVars) assign(text string) {
	m := assignment.FindStringSubmatch(text)
	if m == nil || strings.Contains(m[2], "$(") {
		return
	}
	value := strings.Trim(m[2], `'"`)
	if !strings.HasPrefix(m[2], "'") {
		value = v.expand(value)
	}
	if len(value) <= maxShellValue {
		v[m[1]] = value
	}
}

// expand replaces variables with their values. An unassigned variable becomes
// its name in lower case, which may be a module's name.
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

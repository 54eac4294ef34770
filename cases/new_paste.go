// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"regexp"
	"strings"
)

// pasteLine is a line of a pasted log or terminal session, without what dmesg,
// journalctl, a test runner or a mail put in front of it.
type pasteLine struct {
	text    string
	command bool // the text is what was typed, without the prompt
	kernel  bool // the line is certainly of the kernel's log
	gap     bool // a blank line comes before it, or it is the mark of a mail's signature
	note    bool // the text is no line, but says which were taken
}

var (
	quoteMark = regexp.MustCompile(`^(?:> ?)+`)

	// tapMark is what the kernel's test runner puts in front of a test's output.
	tapMark = regexp.MustCompile(`^# (% |livepatch: |test_klp\w*: )`)

	// stamps are the fronts of log lines: a serial console's level, /dev/kmsg,
	// dmesg -x, dmesg with seconds, with a caller, and with -T, journalctl -k
	// with its usual, ISO and monotonic times.
	stamps = []*regexp.Regexp{
		regexp.MustCompile(`^<\d{1,3}>`),
		regexp.MustCompile(`^\d+,\d+,\d+,[^; ]*;`),
		regexp.MustCompile(`^(?:kern|user|daemon|syslog) *:\w+ *: ?`),
		regexp.MustCompile(`^\[ *\d+\.\d+\] \S+ (?:kernel|unknown): `),
		regexp.MustCompile(`^\[ *\d+\.\d+\](?: ?\[ *[TC]\d+\])? ?`),
		regexp.MustCompile(`^\[\w{3} \w{3} +\d+ [\d:]+ \d{4}\] ?`),
		regexp.MustCompile(`^\w{3} +\d+ [\d:.]+ \S+ (?:kernel|unknown): `),
		regexp.MustCompile(`^\d{4}-\d\d-\d\dT\S+ \S+ (?:kernel|unknown): `),
	}

	// prompts are `% ` of the selftests, and shells' that cannot be taken for
	// a comment.
	prompts = []*regexp.Regexp{
		regexp.MustCompile(`^% +(\S.*)$`),
		regexp.MustCompile(`^\$ +(\S.*)$`),
		regexp.MustCompile(`^\[?[\w.-]+@[\w.-]+[: ]\S*[#$] +(\S.*)$`),
		regexp.MustCompile(`^# +((?:insmod|rmmod|modprobe|echo|cat) .*)$`),
	}
)

// readPasted makes lines of a text, or of the transcript that is wrapped in it.
func readPasted(text string) []pasteLine {
	lines := unquoted(text)
	var list []pasteLine
	for _, unwrap := range []func([]string) ([]string, string){fromDiff, fromShell} {
		if inner, note := unwrap(lines); note != "" {
			lines = inner
			list = append(list, pasteLine{text: note, note: true})
		}
	}
	gap := false
	for _, line := range lines {
		p := readPasteLine(line)
		p.gap = gap || p.text == "--"
		if gap = p.text == ""; !gap {
			list = append(list, p)
		}
	}
	return list
}

// unquoted splits a text into lines, without a mail's marks and trailing space.
func unquoted(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		list = append(list, quoteMark.ReplaceAllString(strings.TrimRight(line, " \t\r\n"), ""))
	}
	return list
}

func readPasteLine(line string) (p pasteLine) {
	p.text, p.kernel = unstamp(tapMark.ReplaceAllString(line, "$1"))
	for _, re := range prompts {
		if m := re.FindStringSubmatch(p.text); m != nil {
			return pasteLine{text: m[1], command: true}
		}
	}
	return p
}

func unstamp(line string) (text string, stamped bool) {
	for _, re := range stamps {
		if m := re.FindString(line); m != "" {
			line, stamped = line[len(m):], true
		}
	}
	return line, stamped
}

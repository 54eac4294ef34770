// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"strings"
)

var (
	quote  = regexp.MustCompile(`^ ?(?:> ?)+`)
	fence  = regexp.MustCompile("^\\s*(?:```|~~~)[\\w +-]*$|^\\s*\\{(?:noformat|code)[^}]*\\}$|^\\[/?code\\]$|^-{3,8} ?(?:8<|>8|cut here|snip).*$")
	tapped = regexp.MustCompile(`^\s*(?:# +)*(?:K?TAP version \d|timeout set to \d+|selftests: \w|TEST: .* \.\.\. (?:not )?ok|(?:not )?ok \d+ selftests)`)
)

// unlayer removes the prefixes that mailers and test runners put before lines.
func unlayer(lines []line) {
	for i := range lines {
		lines[i].text = quote.ReplaceAllString(lines[i].text, "")
	}
	for i := range lines {
		if l := &lines[i]; fence.MatchString(l.text) {
			l.text = ""
			l.set(isMark, "a fence")
		}
	}
	unreport(lines)
	unbar(lines)
	dedent(lines)
	if isTAP(lines) {
		untap(lines)
	}
	unprefix(lines)
}

// dedent removes the blanks that all lines of a paragraph begin with.
func dedent(lines []line) {
	for from := 0; from < len(lines); {
		to := from
		for to < len(lines) && lines[to].text != "" {
			to++
		}
		common := shortestIndent(lines[from:to])
		for i := from; i < to; i++ {
			lines[i].text = lines[i].text[len(common):]
		}
		from = to + 1
	}
}

func shortestIndent(lines []line) string {
	common := ""
	for i, l := range lines {
		indent := l.text[:len(l.text)-len(strings.TrimLeft(l.text, " \t"))]
		if i == 0 {
			common = indent
		}
		for !strings.HasPrefix(indent, common) {
			common = common[:len(common)-1]
		}
	}
	return common
}

// isTAP reports whether a # in front of a line is from a test runner.
func isTAP(lines []line) bool {
	for _, l := range lines {
		if strings.HasPrefix(l.text, "#") && tapped.MatchString(l.text) || strings.HasPrefix(l.text, "TAP version") || strings.HasPrefix(l.text, "KTAP version") {
			return true
		}
	}
	return false
}

// untap removes one # and one blank; nested runners add one of each.
func untap(lines []line) {
	for i := range lines {
		l := &lines[i]
		for deep := 0; deep < 2 && strings.HasPrefix(l.text, "#"); deep++ {
			rest := strings.TrimPrefix(l.text[1:], " ")
			if deep > 0 && rest != "" && !tapped.MatchString(l.text) {
				break
			}
			l.text = rest
		}
	}
}

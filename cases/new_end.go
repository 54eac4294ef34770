// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"regexp"
)

var (
	// nextTest and canary are what start_test of the kernel's
	// tools/testing/selftests/livepatch/functions.sh writes to the log.
	nextTest = regexp.MustCompile(`^===== TEST: (.*) =====$`)
	canary   = regexp.MustCompile(`^livepatch kselftest timestamp: `)

	// logForm is what a line of a log without stamps looks like: a prefix, or
	// parts of a splat.
	logForm = regexp.MustCompile(`^[a-z]\w*: |^(WARNING|BUG|RIP|Call Trace|Modules linked in|Code)\b.*:|^-+\[ |^ *</?(TASK|IRQ)>$|^ (\? )?[\w.]+\+0x`)
)

// addAll adds the lines of one test, and says which are left out behind it.
func (s *script) addAll(lines []pasteLine) (left string) {
	end := logEnd(lines)
	for i, p := range lines[:end] {
		if m := nextTest.FindStringSubmatch(p.text); m != nil && s.begun {
			return fmt.Sprintf("%s left out from the next test on: %s", counted(len(lines)-i), m[1])
		}
		s.add(p)
	}
	if end < len(lines) {
		return counted(len(lines)-end) + " left out after the log."
	}
	return ""
}

// logEnd returns where the text of a mail begins behind the log: with a
// paragraph, because what a command printed may look like text.
func logEnd(lines []pasteLine) int {
	end := len(lines)
	for end > 0 && !lines[end-1].ofLog() {
		end--
	}
	for end < len(lines) && !lines[end].gap {
		end++
	}
	return end
}

// ofLog tells lines of a log and of a terminal from those that may be text.
func (p pasteLine) ofLog() bool {
	_, fails := errnoOf(p.text)
	return p.note || p.command || p.kernel || fails || logForm.MatchString(p.text)
}

func counted(n int) string {
	if n == 1 {
		return "1 line is"
	}
	return fmt.Sprintf("%d lines are", n)
}

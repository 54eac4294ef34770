// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"strings"
)

var (
	verdictLine  = regexp.MustCompile(`^(?:FAIL|XFAIL|ERROR) +(\S+)`)
	nextVerdict  = regexp.MustCompile(`^(?:PASS|FAIL|XPASS|XFAIL|ERROR|SKIP|NOTRUN)\b`)
	expectedHead = regexp.MustCompile(`^\s*--- .* \(expected\)$`)
	wrongMark    = regexp.MustCompile(`\s+<-- \S+:\d+$`)
)

// unreport reads what klptest prints about a case that failed: each becomes a test, with a
// diff like a selftest's.
func unreport(lines []line) {
	for i := 1; i < len(lines); i++ {
		if strings.TrimSpace(lines[i].text) == "+++ observed" && expectedHead.MatchString(lines[i-1].text) {
			indent := shortestIndent(lines[i : i+1])
			reasons(lines[:i-1])
			lines[i-1].text = strings.TrimPrefix(lines[i-1].text, indent)
			ownDiff(lines[i:], indent)
		}
	}
}

// reasons marks the lines above a diff, up to the one with the verdict. They quote records,
// which must not count twice.
func reasons(lines []line) {
	for i := len(lines) - 1; i >= 0 && lines[i].text != ""; i-- {
		m := verdictLine.FindStringSubmatch(strings.TrimSpace(lines[i].text))
		if m == nil {
			continue
		}
		lines[i].text = "TEST: " + m[1] + " ... not ok"
		for k := range lines[i+1:] {
			lines[i+1+k].set(isText, "klptest says why")
		}
		return
	}
}

// ownDiff removes the indentation of a diff, and the arrow behind its first wrong line. The
// log's tail below it repeats the diff, but has the whole splat.
func ownDiff(lines []line, indent string) {
	tail := false
	for i := range lines {
		l := &lines[i]
		text, ok := strings.CutPrefix(l.text, indent)
		if !ok || text == "" || nextVerdict.MatchString(text) {
			return
		}
		tail = tail || text == "log tail:"
		if !tail {
			l.text = wrongMark.ReplaceAllString(text, "")
			continue
		}
		l.text = bar.ReplaceAllString(text, "")
		l.set(isNoise, "the log's tail")
	}
}

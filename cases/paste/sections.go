// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// section is the lines of one test: from is the first one, to the one after the
// last.
type section struct {
	name     string
	from, to int
	failed   bool
	content  bool // it has enough for a case
}

// selectTest marks the lines of all other tests. which is a test's name or
// number; empty: the failing one.
func selectTest(lines []line, which string) (name string, err error) {
	tests := withContent(sections(lines))
	if len(tests) == 0 {
		return "", nil
	}
	chosen, err := choose(tests, which)
	if err != nil {
		return "", err
	}
	for i := range lines {
		l := &lines[i]
		if other := ofOther(tests, chosen, i); other != "" && l.kind != isBlank && l.kind != isMark && l.kind != isText {
			l.set(isOther, "of the test "+other)
			l.symptom = ""
		}
	}
	return chosen.name, nil
}

func ofOther(tests []section, chosen section, at int) string {
	for _, t := range tests {
		if t != chosen && at >= t.from && at < t.to {
			return t.name
		}
	}
	return ""
}

// sections finds where tests begin. Lines before the first test belong to it,
// unless they are a test of their own.
func sections(lines []line) []section {
	list := []section{{name: "", from: 0}}
	for i, l := range lines {
		last := &list[len(list)-1]
		if l.kind == isTest {
			name, failed := testOf(l.text)
			if name != last.name {
				last.to = i
				list = append(list, section{name: name, from: i})
				last = &list[len(list)-1]
			}
			last.failed = last.failed || failed
		}
		last.failed = last.failed || l.symptom != ""
		last.content = last.content || l.kind == isCommand || l.kind == isTool || l.kind == isRecord
	}
	list[len(list)-1].to = len(lines)
	return list
}

func testOf(text string) (name string, failed bool) {
	if m := testMark.FindStringSubmatch(text); m != nil {
		return m[1], false
	}
	m := testResult.FindStringSubmatch(text)
	return m[1], m[2] == "not ok"
}

// withContent drops empty tests. Lines before the first test count as a test
// only if they show a livepatch and no test does.
func withContent(all []section) (list []section) {
	for i, t := range all {
		if t.content && (t.name != "" || len(all) == 1) {
			list = append(list, t)
		}
		if i == 0 && t.content && t.name == "" && len(all) > 1 && !anyContent(all[1:]) {
			t.to = all[len(all)-1].to
			list = append(list, t)
		}
	}
	return list
}

func anyContent(list []section) bool {
	for _, t := range list {
		if t.content {
			return true
		}
	}
	return false
}

func choose(tests []section, which string) (section, error) {
	if which != "" {
		return named(tests, which)
	}
	if len(tests) == 1 {
		return tests[0], nil
	}
	var failing []section
	for _, t := range tests {
		if t.failed {
			failing = append(failing, t)
		}
	}
	if len(failing) == 1 {
		return failing[0], nil
	}
	what := "none of which is seen to fail"
	if len(failing) > 1 {
		what = fmt.Sprintf("of which %d fail", len(failing))
	}
	return section{}, &blame.Error{
		Party:   blame.User,
		Summary: fmt.Sprintf("the text has %d tests, %s", len(tests), what),
		Advice:  "choose one with --test NAME or --test NUMBER:\n" + listTests(tests),
	}
}

func named(tests []section, which string) (section, error) {
	n, err := strconv.Atoi(which)
	for i, t := range tests {
		if t.name == which || err == nil && i+1 == n {
			return t, nil
		}
	}
	var partly []section
	for _, t := range tests {
		if strings.Contains(strings.ToLower(t.name), strings.ToLower(which)) {
			partly = append(partly, t)
		}
	}
	if len(partly) == 1 {
		return partly[0], nil
	}
	return section{}, &blame.Error{Party: blame.User, Summary: fmt.Sprintf("the text has no test %q", which), Advice: "it has:\n" + listTests(tests)}
}

// maxTests bounds how many are listed.
const maxTests = 50

func listTests(tests []section) string {
	var b strings.Builder
	for i, t := range tests {
		mark := ""
		if t.failed {
			mark = "  (fails)"
		}
		if i == maxTests {
			fmt.Fprintf(&b, "  and %d more\n", len(tests)-i)
			break
		}
		fmt.Fprintf(&b, "  %d  %s%s\n", i+1, t.name, mark)
	}
	return strings.TrimRight(b.String(), "\n")
}

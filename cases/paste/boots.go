// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"strconv"
	"strings"
)

const (
	ofOtherBoot = "of another boot"
	nearBoot    = 10 // seconds after it, at most
)

var (
	bootLine = regexp.MustCompile(`^Linux version \d+\.\d|^-- (?:Boot [0-9a-f]{8,}|Reboot) --$`)
	upSince  = regexp.MustCompile(`\[ *(\d+)\.\d+(?: +<[^>]*>)?\]`)
)

// selectBoot marks the lines of all boots but one: the last that pick accepts, if any, or
// else the last. It returns how many boots have records of livepatch.
func selectBoot(lines []line, pick func(section) bool) int {
	var list []section
	for _, b := range bootsOf(lines) {
		if b.content {
			list = append(list, b)
		}
	}
	if len(list) < 2 {
		return len(list)
	}
	chosen := list[len(list)-1]
	for _, b := range list {
		if pick != nil && pick(b) {
			chosen = b
		}
	}
	for i := range lines {
		l := &lines[i]
		if (i < chosen.from || i >= chosen.to) && l.kind != isBlank && l.kind != isMark && l.kind != isText {
			l.set(isOther, ofOtherBoot)
			l.symptom = ""
		}
	}
	return len(list)
}

func hasFailed(b section) bool { return b.failed }

// bootsOf finds the parts of a text that have the logs of different boots. A part with
// records that came before shows the same boot again.
func bootsOf(lines []line) (list []section) {
	starts := append(bootStarts(lines), len(lines))
	for k, to := range starts[1:] {
		b, again := section{from: starts[k], to: to}, false
		for _, l := range lines[b.from:to] {
			b.failed = b.failed || l.symptom != ""
			b.content = b.content || l.stamped && l.kind == isRecord
			again = again || l.why == shownBefore
		}
		if last := len(list) - 1; again && last >= 0 {
			list[last].to = b.to
			list[last].failed = list[last].failed || b.failed
			list[last].content = list[last].content || b.content
		} else {
			list = append(list, b)
		}
	}
	return list
}

// bootStarts returns the index of the first line, and of each at which a kernel begins to
// log: it names itself, or its clock starts again.
func bootStarts(lines []line) []int {
	list, last := []int{0}, 0
	for i, l := range lines {
		at, ok := uptime(l)
		begins := bootLine.MatchString(l.text) && (l.stamped || strings.HasPrefix(l.text, "--"))
		if i > 0 && (begins || ok && at < nearBoot && last-at >= nearBoot) {
			list = append(list, i)
		}
		if ok || begins {
			last = at
		}
	}
	return list
}

// uptime returns the seconds in a line's stamp.
func uptime(l line) (seconds int, ok bool) {
	if !l.stamped {
		return 0, false
	}
	m := upSince.FindStringSubmatch(l.raw)
	if m == nil {
		return 0, false
	}
	seconds, err := strconv.Atoi(m[1])
	return seconds, err == nil
}

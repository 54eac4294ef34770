// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"strings"
)

// stamp is a prefix that a logger puts on a line. Its first group, if any, is
// the name of the process in a system log.
type stamp struct {
	starts string // the characters that may begin it; empty: a letter
	re     *regexp.Regexp
}

const (
	process = `([\w./@-]+?)(?:\[\d+\])?: `
	clock   = `\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?`
	iso     = `\d{4}-\d\d-\d\d[T ]` + clock + `(?:Z|[+-]\d\d:?\d\d)?`
	digits  = "0123456789"
)

// stamps are tried in turn until none matches, because lines combine them: a
// serial console's level before a time, a caller after it.
var stamps = []stamp{
	{"<", regexp.MustCompile(`^<\d{1,3}>`)},
	{digits, regexp.MustCompile(`^\d+,\d+,\d+,[^; ]*;`)},                               // /dev/kmsg
	{"", regexp.MustCompile(`^(?:kern|user|daemon|syslog|auth|local\d) *: ?\w+ *: ?`)}, // dmesg -x
	{"[", regexp.MustCompile(`^\[ *\d+\.\d+\] [\w.-]+ (kernel|unknown): `)},            // journalctl -o short-monotonic
	{"[", regexp.MustCompile(`^\[ *\d+\.\d+\] [\w.-]+ ([\w./@-]+)\[\d+\]: `)},
	{"[", regexp.MustCompile(`^\[ *\d+\.\d+(?: +< *[+-]?\d+\.\d+ *>)?\] ?`)},                                     // dmesg, dmesg -d
	{"[", regexp.MustCompile(`^\[ *<? *\+?\d+\.\d+ *>?\] ?`)},                                                    // dmesg -e, dmesg -d without the time
	{"[", regexp.MustCompile(`^\[ *(?:[A-Z][a-z]{2} ?)?[A-Z][a-z]{2} *\d+ [\d:]+(?: \d{4})?(?: +<[^>]*>)?\] ?`)}, // dmesg -T, -e
	{"[", regexp.MustCompile(`^\[ *[TC]\d+(?:@C\d+)?\] ?`)},                                                      // CONFIG_PRINTK_CALLER
	{"[", regexp.MustCompile(`^\[(?:` + iso + `|` + clock + `)\] ?`)},                                            // a terminal's logger
	{"", regexp.MustCompile(`^[A-Z][a-z]{2} +\d+ ` + clock + ` [\w.-]+ ` + process)},                             // syslog, journalctl
	{digits, regexp.MustCompile(`^` + iso + ` [\w.-]+ ` + process)},                                              // the same, ISO
	{"", regexp.MustCompile(`^[A-Z][a-z]{2} \d{4}-\d\d-\d\d ` + clock + ` [\w:+-]+ [\w.-]+ ` + process)},         // journalctl -o short-full
	{digits, regexp.MustCompile(`^\d{9,}\.\d+ [\w.-]+ ` + process)},                                              // journalctl -o short-unix
	{digits, regexp.MustCompile(`^1 ` + iso + ` \S+ ([\w./@-]+) \S+ \S+ (?:-|(?:\[[^\]]*\])+) ?`)},               // RFC 5424
	{digits, regexp.MustCompile(`^` + iso + ` +`)},                                                               // dmesg --time-format iso, ts
	{digits, regexp.MustCompile(`^` + clock + `\.\d+ +`)},                                                        // ts -s
}

// unstamp removes the stamps of a log's line, and the blanks before them.
func unstamp(l *line) {
	text := strings.TrimLeft(l.text, " \t")
	for found := true; found; {
		found = false
		for _, s := range stamps {
			if text == "" || !s.canStart(text[0]) {
				continue
			}
			m := s.re.FindStringSubmatch(text)
			if m == nil {
				continue
			}
			text, found = text[len(m[0]):], true
			l.stamped = true
			if len(m) > 1 && m[1] != "kernel" && m[1] != "unknown" {
				l.user = true
				text = m[1] + ": " + text
				found = false
				break
			}
		}
	}
	if l.stamped {
		l.text = text
	}
}

func (s stamp) canStart(c byte) bool {
	if s.starts == "" {
		return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
	}
	return strings.IndexByte(s.starts, c) >= 0
}

// front returns the length of the part of a line that a logger has added.
func front(text string) int {
	l := line{text: text}
	unstamp(&l)
	return len(text) - len(l.text)
}

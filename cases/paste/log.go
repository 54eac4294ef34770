// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// Part is the role of a line in a log or a session that is judged.
type Part int

// The parts.
const (
	Command Part = iota // was typed, or is klptest's marker in the log
	Record              // of the kernel's log
	Printed             // by a command
	Failed              // an errno: a tool says why a command failed
)

// LogLine is a line of a log, or of a terminal session. Lines that are none of the
// parts are left out.
type LogLine struct {
	Number int // of the text, from 1
	Part   Part
	Text   string // without stamps and prompts; for Failed, the errno
	Logged bool   // the line is in the kernel's log: a Command is then a marker
	Shown  bool   // a command that shows the log came before it
}

// Log is what a text has for a judge.
type Log struct {
	Lines  []LogLine // of the last boot
	Boots  int       // that have records of livepatch
	Unread []int     // numbers of lines whose stamp has an unknown form
	Splats []int     // numbers of lines that are left out, but have a splat behind an unknown prefix
}

// ReadLog reads a kernel log or a terminal session in any form that Make reads.
// The lines of modules count, as do those of modules that the text names.
func ReadLog(data []byte, modules []string) (log Log, err error) {
	if err := bearable(data); err != nil {
		return log, err
	}
	lines := readLines(data)
	foreign := foreignFacility(lines)
	unlayer(lines)
	lines = unwrap(lines)
	classify(lines, modules...)
	log.Boots = selectBoot(lines, nil)
	shown := false
	for _, l := range lines {
		shown = shown || l.kind == isCommand && !l.stamped && logLooker.MatchString(l.text)
		if part, ok := l.part(); ok && (part == Command || !foreign[l.n]) {
			text := l.text
			if part == Failed {
				text = l.why
			}
			log.Lines = append(log.Lines, LogLine{Number: l.n, Part: part, Text: text, Logged: l.stamped, Shown: shown})
		}
		switch {
		case foreign[l.n]:
		case l.hidesSplat():
			log.Splats = append(log.Splats, l.n)
		case l.kind == isText && oddStamp.MatchString(l.text):
			log.Unread = append(log.Unread, l.n)
		}
	}
	return log, nil
}

// bearable refuses a text that is larger than any report.
func bearable(data []byte) error {
	if len(data) > MaxText {
		return blame.Userf("the text has more than %d bytes: paste the part that matters", MaxText)
	}
	if n := bytes.Count(data, []byte("\n")); n > maxLines {
		return blame.Userf("the text has %d lines: paste the part that matters, at most %d", n, maxLines)
	}
	return nil
}

// part returns the part of a classified line; false if it cannot be judged.
func (l line) part() (Part, bool) {
	switch l.kind {
	case isCommand:
		return Command, true
	case isRecord, isSymptom:
		return Record, true
	case isNoise:
		return Record, (l.stamped || l.why == stackDump) && !l.user && l.why != shownBefore
	case isOutput:
		return Printed, true
	case isFailure:
		return Failed, true
	}
	return 0, false
}

var levelStamp = regexp.MustCompile(`^<(\d{1,3})>`)

// foreignFacility returns the numbers of the lines that no kernel has logged: a
// console's <N> holds, above three bits of level, the facility, which is 0 for
// printk().
func foreignFacility(lines []line) map[int]bool {
	foreign := map[int]bool{}
	for _, l := range lines {
		if m := levelStamp.FindStringSubmatch(l.text); m != nil {
			n, _ := strconv.Atoi(m[1]) // digits
			foreign[l.n] = n>>3 != 0
		}
	}
	return foreign
}

// Changes reports whether a command line does what a case can do, other than look.
func Changes(typed string) bool {
	for _, a := range actions(typed) {
		if a.op != opLeft && a.op != opCat {
			return true
		}
	}
	return false
}

// Doing returns what a command line does, as far as a case can do it: lines that differ
// only in sudo, a path, or an ending give the same result.
func Doing(typed string) string {
	var b strings.Builder
	for _, a := range actions(typed) {
		text := ""
		if a.op == opLeft || a.op == opOwn {
			text = strings.Join(strings.Fields(a.text), " ")
		}
		b.WriteString(strings.Join([]string{string(a.op), a.module, strings.Join(a.params, " "), a.path, truth(a.value), text}, "\x00") + "\n")
	}
	return b.String()
}

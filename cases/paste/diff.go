// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"strings"

	"github.com/klptest/klptest/cases/klog"
)

var (
	hunkHead  = regexp.MustCompile(`^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@ ?(.*)$`)
	oldHead   = regexp.MustCompile(`^--- \S`)
	newHead   = regexp.MustCompile(`^\+\+\+ \S`)
	plainHead = regexp.MustCompile(`^- ?expected$`)
	patchHead = regexp.MustCompile(`^(?:diff --git |index [0-9a-f]{7,}\.\.|(?:new|deleted) file mode |(?:old|new) mode |similarity index |rename (?:from|to) |Binary files )`)
	patchFile = regexp.MustCompile(`^\+\+\+ b/(\S+)`)
)

// undiff finds diffs: those between a selftest's expectation and its result,
// and patches. It reads the expected side of a selftest's diff, and the new
// side of a patch to a script. It does not trust the numbers in hunk headers,
// because people shorten diffs by hand.
func undiff(lines []line) []line {
	var out []line
	for i := 0; i < len(lines); {
		d := diff{file: "?"}
		n := d.start(lines[i:])
		if n == 0 {
			out = append(out, lines[i])
			i++
			continue
		}
		taken := d.read(lines[i:], n)
		out = append(out, d.out...)
		i += taken
	}
	return out
}

// diff is a diff being read.
type diff struct {
	patch bool   // of a repository, not of a test's results
	file  string // of a patch
	hunks int
	out   []line
}

// start returns the number of lines in the head of a diff; 0 if there is none.
func (d *diff) start(lines []line) int {
	first := lines[0].text
	second := ""
	if len(lines) > 1 {
		second = lines[1].text
	}
	switch {
	case strings.HasPrefix(first, "diff --git "):
		d.patch = true
		return 1
	case oldHead.MatchString(first) && newHead.MatchString(second):
		d.setFile(second)
		return 2
	case plainHead.MatchString(first) && (second == "+ result" || second == "+result"):
		return 2
	case hunkHead.MatchString(first):
		return 1
	}
	return 0
}

func (d *diff) setFile(text string) {
	if m := patchFile.FindStringSubmatch(text); m != nil {
		d.patch, d.file = true, m[1]
	}
}

// read reads the diff that begins with the first line, and returns its length.
func (d *diff) read(lines []line, head int) int {
	i := 0
	for ; i < len(lines); i++ {
		l := lines[i]
		if i < head && !hunkHead.MatchString(l.text) {
			l.set(isMark, "the head of a diff")
			d.out = append(d.out, l)
			continue
		}
		if !d.line(l, lines[i+1:]) {
			break
		}
	}
	return i
}

// line handles a line after the head, and reports whether the diff has it.
func (d *diff) line(l line, rest []line) bool {
	text := l.text
	switch m := hunkHead.FindStringSubmatch(text); {
	case m != nil:
		d.hunk(l, m)
		return true
	case patchHead.MatchString(text), oldHead.MatchString(text) && len(rest) > 0 && newHead.MatchString(rest[0].text), newHead.MatchString(text) && d.patch:
		d.setFile(text)
		l.set(isMark, "the head of a diff")
	case text == "":
		if !d.patch || len(rest) == 0 || rest[0].text == "" || !strings.ContainsRune(" +-@", rune(rest[0].text[0])) {
			return false
		}
		l.set(isBlank, "")
	case !strings.ContainsRune(` +-\`, rune(text[0])) || text == "--":
		return false
	default:
		l = d.side(l)
	}
	d.out = append(d.out, l)
	return true
}

// hunk begins a hunk. The text after the numbers repeats a line from above.
func (d *diff) hunk(l line, m []string) {
	d.hunks++
	gap := d.hunks > 1 || m[1] != "1"
	if _, ok := readEvent(m[2]); ok && !d.patch {
		l.text, l.gap = m[2], gap
	} else {
		l.text = ""
		l.gap = gap
		l.set(isMark, "a hunk")
	}
	d.out = append(d.out, l)
}

// side removes the mark from a line.
func (d *diff) side(l line) line {
	mark := l.text[0]
	l.text = l.text[1:]
	switch {
	case d.patch && d.file != "?" && !strings.HasSuffix(d.file, ".sh"):
		l.set(isText, "of a patch to "+d.file)
	case mark == '\\':
		l.set(isMark, "no newline")
	case mark == '-' && d.patch:
		l.set(isText, "a line that the patch removes")
	case mark == '+' && !d.patch && strings.HasPrefix(l.text, klog.FoldPrefix) && klog.CheckFold(l.text) == nil:
		l.got = true
		l.fold()
	case mark == '+' && !d.patch:
		l.got = true
		l.set(isSymptom, "it came instead of what is expected")
		l.symptom = "extra " + strings.TrimSpace(l.text)
	case mark == '-' && !d.patch:
		l.symptom = "missing " + strings.TrimSpace(l.text)
	}
	return l
}

// fold records what klptest writes for a splat or for a stack.
func (l *line) fold() {
	name := strings.TrimPrefix(l.text, klog.FoldPrefix)
	if kind, _, _ := strings.Cut(name, " "); kind == string(klog.StackDump) {
		l.set(isNoise, stackDump)
		return
	}
	l.set(isSymptom, name)
	l.symptom = name
}

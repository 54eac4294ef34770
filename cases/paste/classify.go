// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"strings"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/internal/splat"
)

var (
	testMark   = regexp.MustCompile(`^===== TEST: (.*) =====$`)
	testResult = regexp.MustCompile(`^TEST: (.*?) ?\.\.\. ?(ok|not ok)?$`)
	canary     = regexp.MustCompile(`^livepatch kselftest timestamp: `)
	runnerLine = regexp.MustCompile(`^(?:K?TAP version \d|(?:not )?ok \d|\d+\.\.\d+$|selftests: |timeout set to \d|overriding timeout |ERROR: livepatch kselftest|SKIP: )`)
	cutLine    = regexp.MustCompile(`^\s*(?:\[?(?:\.\.\.|\.\.|snip|…|<snip>|\[snip\])\]?|[-=]*\s*\[?(?:cut|snip|lines? (?:deleted|omitted))\b.*)\s*$`)
	logLooker  = regexp.MustCompile(`\b(?:dmesg|journalctl|/var/log/|/dev/kmsg)\b`)
	errnoLine  = regexp.MustCompile(`^! (\S.*)$`)
	precise    = regexp.MustCompile(`^[^\w]*\d+\.\d{4,}`)
)

// classifier says what each line is. It tries the kinds of evidence in a fixed
// order, the most certain first: a line of another process, a shell's prompt, a
// test's mark, a tool's message, a known record of the kernel, the stamp of a log, a command without
// a prompt, and last the position of the line.
type classifier struct {
	modules map[string]bool // whose records count
	seen    map[string]int  // the line of each stamped record
	typed   string          // the command whose output the next lines may be
	dump    bool            // it shows the kernel's log
	torn    *line           // a stamped line, which an unstamped one may continue
}

// Reasons that other stages test for.
const (
	shownBefore = "the log was shown before"
	stackDump   = "a stack dump"
)

// classify says what each line is. Records of the given modules count, as do those of
// modules that the text names.
func classify(lines []line, modules ...string) {
	c := classifier{modules: moduleNames(lines), seen: map[string]int{}}
	for _, name := range modules {
		c.modules[name] = true
	}
	for i := range lines {
		l := &lines[i]
		if l.text == "" && l.kind == "" {
			l.set(isBlank, "")
		}
		if l.kind == isBlank {
			c.torn = nil
			if !c.dump {
				c.typed = ""
			}
		}
		if l.kind == "" {
			c.line(l)
		}
	}
	findSplats(lines, c.modules)
}

func (c *classifier) line(l *line) {
	unstamp(l)
	torn := c.torn
	c.torn = nil
	for _, judge := range []func(*line) bool{c.process, c.prompted, c.marked, c.told, c.known, c.logged, c.unprompted, c.printed} {
		if judge(l) {
			return
		}
	}
	if torn != nil {
		l.set(isNoise, "the rest of the line before")
		return
	}
	l.set(isText, "")
}

// process handles a line logged by another process; sudo's names a command.
func (c *classifier) process(l *line) bool {
	if !l.user {
		return false
	}
	if m := sudoLine.FindStringSubmatch(l.text); m != nil {
		l.text = m[1]
		l.set(isCommand, "sudo has logged it")
		return true
	}
	l.set(isNoise, "of another process")
	return true
}

func (c *classifier) prompted(l *line) bool {
	typed, ok := promptedBody(l.text)
	if !ok {
		return false
	}
	l.sure = strings.HasPrefix(l.text, "% ")
	c.command(l, typed, "behind a prompt")
	return true
}

func (c *classifier) command(l *line, typed, why string) {
	l.text = typed
	c.typed, c.dump = typed, logLooker.MatchString(typed)
	l.set(isCommand, why)
}

func (c *classifier) marked(l *line) bool {
	switch {
	case testMark.MatchString(l.text), testResult.MatchString(l.text):
		l.set(isTest, "")
	case canary.MatchString(l.text), !l.stamped && runnerLine.MatchString(l.text):
		l.set(isMark, "of a test runner")
	case !l.stamped && cutLine.MatchString(l.text) && !strings.Contains(l.text, "cut here"):
		l.gap = true
		l.set(isMark, "lines were cut")
	default:
		return false
	}
	return true
}

// told handles a line of a tool, or of a case: why a command failed, or what it did.
func (c *classifier) told(l *line) bool {
	if l.stamped || corePrefix.MatchString(l.text) {
		return false
	}
	if m := errnoLine.FindStringSubmatch(l.text); m != nil && c.typed != "" {
		if errno, err := klog.ParseErrno(m[1]); err == nil {
			l.set(isFailure, errno)
			return true
		}
	}
	if errno, ok := failureOf(l.text); ok {
		l.set(isFailure, errno)
		return true
	}
	if _, ok := toolCommand(l.text); ok {
		l.set(isTool, "kpatch says so")
		return true
	}
	return false
}

// known handles a record about livepatching.
func (c *classifier) known(l *line) bool {
	e, ok := readEvent(l.text)
	if !ok && !l.stamped {
		ok = c.unfront(l)
	}
	if !ok || e.what == appears || (e.what == moduleInit || e.what == moduleExit) && !c.modules[e.patch] {
		if ok && e.what == appears {
			l.set(isNoise, "comes once in a kernel's life")
			return true
		}
		return false
	}
	if l.stamped && precise.MatchString(strings.TrimLeft(l.raw, "[< \t>")) {
		if first := c.seen[l.raw]; first > 0 {
			l.set(isNoise, shownBefore)
			return true
		}
		c.seen[l.raw] = l.n
	}
	l.set(isRecord, "")
	return true
}

// unfront removes an unknown prefix if an unmistakable record follows it.
func (c *classifier) unfront(l *line) bool {
	i := recordAt(l.text)
	if i <= 0 {
		return false
	}
	l.text, l.stamped = l.text[i:], true
	return true
}

// logged handles any other line of the kernel's log.
func (c *classifier) logged(l *line) bool {
	switch {
	case l.stamped && klog.Ignored(l.text):
		l.set(isNoise, "says nothing about a case")
	case c.ofModule(l.text) && (l.stamped || c.typed == "" || c.dump):
		l.set(isRecord, "of a module of the report")
	case l.stamped:
		l.set(isNoise, "of another part of the kernel")
		if len(l.raw) > 50 {
			c.torn = l
		}
	default:
		return false
	}
	return true
}

func (c *classifier) ofModule(text string) bool {
	name, _, ok := strings.Cut(text, ": ")
	return ok && c.modules[strings.ReplaceAll(name, "-", "_")]
}

func (c *classifier) unprompted(l *line) bool {
	typed, ok := bareCommand(l.text)
	if !ok {
		return false
	}
	c.command(l, typed, "a command without a prompt")
	return true
}

// printed handles the output of a command.
func (c *classifier) printed(l *line) bool {
	_, isSplat := splat.Match(l.text)
	if c.typed == "" || isSplat || l.symptom != "" {
		return false
	}
	if c.dump {
		l.set(isNoise, "of the log")
		return true
	}
	l.set(isOutput, "")
	return true
}

// moduleNames returns the names that a text uses as names of modules.
func moduleNames(lines []line) map[string]bool {
	names := map[string]bool{}
	for _, l := range lines {
		if l.kind != "" && l.kind != isRecord {
			continue
		}
		unstamp(&l)
		e, ok := readEvent(l.text)
		switch {
		case ok && e.what != callback && e.what != dataLine && e.what != moduleInit && e.what != moduleExit && e.what != stateLine:
			names[e.patch] = true
			if e.what == applying || e.what == reverting || e.what == refusing {
				names[e.object] = true
			}
		case !ok:
			addLoaded(names, l.text)
		}
	}
	delete(names, "")
	return names
}

var loadedName = regexp.MustCompile(`\b(?:insmod|modprobe|rmmod) (?:-\w+ )*([\w./~-]+)`)

func addLoaded(names map[string]bool, text string) {
	if !strings.Contains(text, "mod") {
		return
	}
	for _, m := range loadedName.FindAllStringSubmatch(text, -1) {
		if name := moduleOf(m[1]); len(name) > 2 {
			names[name] = true
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

const (
	defaultTitle = "A case made from a pasted log."
	inferredNote = "# The log does not tell the errno; --update fills it in."
)

// unrelated are lines of test runners, which the kernel never logs.
var unrelated = regexp.MustCompile(`^(#|TAP version \d|KTAP version \d|(not )?ok \d|\d+\.\.\d+$|TEST: |===== TEST: |selftests: )`)

// New makes a case from a pasted kernel log (dmesg, journalctl -k, a serial
// console) or from a transcript (the kernel's selftests, a terminal). Without
// commands in the text, those that the log shows are written. What comes
// before the first command is left out, and so is a second test, and a mail's
// text behind the log. The error is the user's.
func New(title string, pasted io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(pasted, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, blame.Userf("the text has more than %d bytes: paste the part that matters", maxFile)
	}
	s := &script{infer: inferring{told: map[string]bool{}, gone: map[string]bool{}}}
	lines := readPasted(string(data))
	s.typed = slices.ContainsFunc(lines, func(p pasteLine) bool { return p.command })
	left := s.addAll(lines)
	s.finish()
	if left != "" {
		s.put("# " + escape(left))
	}
	if !s.begun {
		return nil, &blame.Error{
			Party:   blame.User,
			Summary: "the text shows no command and no livepatch being enabled",
			Advice:  "paste the kernel's log, or a transcript with lines such as: % insmod klp_a",
		}
	}
	out := s.file(title)
	if _, err := Parse("new.txtar", out); err != nil {
		return nil, err
	}
	return out, nil
}

// script is a transcript in the making. What is not the kernel's is a marker,
// which folding leaves alone.
type script struct {
	typed   bool // the text has commands; else they are inferred
	infer   inferring
	begun   bool     // there was a command
	skipped int      // lines before it
	verb    Verb     // of the last command
	modules []string // that are loaded
	errno   string
	guessed bool // errno is no more than likely
	entries []entry
}

func (s *script) add(p pasteLine) {
	switch errno, fails := errnoOf(p.text); {
	case p.note:
		s.put("# " + escape(p.text))
	case p.command:
		for _, c := range translate(p.text) {
			s.command(c)
		}
	case !p.kernel && unrelated.MatchString(p.text), isIgnored(p.text), canary.MatchString(p.text):
	case s.begun && !p.kernel && fails:
		s.errno = errno
	case s.isOutput(p):
		s.put(outputLines(p.text)...)
	default:
		s.log(p.text)
	}
}

// isOutput tells what a command printed from what the kernel logged meanwhile.
func (s *script) isOutput(p pasteLine) bool {
	name, _, prefixed := strings.Cut(p.text, ": ")
	return !p.kernel && (s.verb == Cat || s.verb == Sh) && !(prefixed && moduleName.MatchString(name))
}

func (s *script) log(line string) {
	if !s.typed {
		for _, text := range s.infer.before(line) {
			c, _ := parseCommand(text)
			s.command(c)
		}
		if fails, known := s.infer.fails(line); fails {
			s.errno, s.guessed = "EINVAL", !known
		}
	}
	if !s.begun {
		s.skipped++
		return
	}
	s.entries = append(s.entries, entry{text: line})
}

func (s *script) command(c Command) {
	s.flush()
	s.begun, s.verb = true, c.Verb
	s.put(c.marker())
	if c.Verb == Insmod {
		s.modules = append(s.modules, c.Args[0])
	}
}

// flush writes the errno of the last command behind all that it logged.
func (s *script) flush() {
	if s.errno == "" {
		return
	}
	if s.guessed {
		s.put(inferredNote)
	}
	s.put("! " + s.errno)
	s.errno, s.guessed = "", false
}

func (s *script) put(lines ...string) {
	for _, line := range lines {
		s.entries = append(s.entries, entry{text: line, marker: true})
	}
}

func (s *script) finish() {
	s.flush()
	commands, enabled := s.infer.rest()
	for _, text := range commands {
		s.put(markerMark + text)
	}
	for _, name := range enabled {
		s.put(fmt.Sprintf("# %s is still enabled here: disable it, if nothing has replaced it, and rmmod it.", name))
	}
}

func (s *script) file(title string) []byte {
	var b bytes.Buffer
	if title = strings.Join(strings.Fields(title), " "); title == "" {
		title = defaultTitle
	}
	fmt.Fprintf(&b, "%s\n\nModules that klptest does not ship go below, as sections -- NAME.c --\n\n-- %s --\n", escape(title), scriptName)
	if s.skipped > 0 {
		fmt.Fprintf(&b, "# %s left out before the first command.\n", counted(s.skipped))
	}
	list, _ := fold(s.entries, ownNames(s.modules))
	for _, e := range list {
		line := e.text
		if !e.marker {
			line = e.line()
		}
		b.WriteString(line + "\n")
	}
	return b.Bytes()
}

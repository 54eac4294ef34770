// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"bytes"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/klptest/klptest/cases/klog"
)

// MaxFile is the largest size of a case, in bytes.
const MaxFile = 1 << 20

// BundleEnding ends the names of bundles. A bundle holds a case that failed, and is none.
const BundleEnding = ".klpbundle"

// section is a file of the archive, or its comment.
type section struct {
	name string // empty: the comment
	data []byte
	line int // of the case's file, where data begins
}

// lines calls f with each line and its number.
func (s section) lines(f func(n int, line string)) {
	n := s.line
	for line := range strings.Lines(string(s.data)) {
		f(n, strings.TrimSuffix(line, "\n"))
		n++
	}
}

// sections splits the archive: the comment first, then each file. It returns
// nil when the data cannot be parsed.
func (p *problems) sections(data []byte) []section {
	if len(data) > MaxFile {
		p.add(1, "the file has %d bytes; a case has at most %d", len(data), MaxFile)
		return nil
	}
	if n, foreign := notText(data); foreign != "" {
		p.add(n, "%s", foreign)
		return nil
	}
	whole := section{data: data, line: 1}
	whole.lines(p.checkText)
	if len(p.list) > 0 {
		return nil
	}
	a := txtar.Parse(data)
	list := []section{{data: a.Comment, line: 1}}
	next := 1 + countLines(a.Comment)
	for _, f := range a.Files {
		next++ // the marker
		list = append(list, section{name: f.Name, data: f.Data, line: next})
		next += countLines(f.Data)
	}
	return list
}

// notText detects data that is not the text of a case: every line would be wrong. It
// returns the first line that shows this, and the reason, empty for text.
func notText(data []byte) (line int, why string) {
	null := bytes.IndexByte(data, 0)
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return 1, "the file begins with a byte order mark; remove it: sed -i '1s/^\\xef\\xbb\\xbf//' FILE"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return 1, "the file is in UTF-16; convert it: iconv -f UTF-16 -t UTF-8 FILE"
	case null >= 0:
		return 1 + countLines(data[:null]), "control character U+0000 in the text"
	}
	return 0, ""
}

// checkText refuses characters that no case may have, and the one marker that
// makes txtar.Parse panic.
func (p *problems) checkText(n int, line string) {
	switch bad := klog.BadText(line); {
	case bad == "carriage return" && strings.HasSuffix(line, "\r"):
		if len(p.list) == 0 { // once: most likely every line has it
			p.add(n, "the line ends in CR LF; convert the file: sed -i 's/\\r$//' FILE")
		}
	case bad != "":
		p.add(n, "%s in the text", bad)
	case strings.HasPrefix(line, "-- ") && strings.Trim(line, "- ") == "" && strings.HasSuffix(line, " --"):
		p.add(n, "a section needs a name: -- NAME --")
	}
}

// checkMarkers finds unterminated section markers.
func (p *problems) checkMarkers(s section) {
	s.lines(func(n int, line string) {
		if strings.HasPrefix(line, "-- ") {
			p.add(n, "the section marker is not terminated: -- NAME -- (a log line that begins so is written \\-- …)")
		}
	})
}

func countLines(data []byte) int { return bytes.Count(data, []byte("\n")) }

// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

const (
	maxTailLines = 40
	maxTailBytes = 8 << 10
)

var (
	// make[2]: *** [scripts/Makefile.build:229: /DIR/klp_x.o] Error 1
	failedObject = regexp.MustCompile(`(?m)^make.*\*\*\* \[.*?\b([a-z][a-z0-9_]*)\.o\] `)
	// ERROR: modpost: "symbol" [/DIR/klp_x.ko] undefined!
	failedLink = regexp.MustCompile(`(?m)^ERROR: modpost: .*?\b([a-z][a-z0-9_]*)(?:\.ko\b|: )`)
	// what make and Kbuild say of their own progress
	chatter = regexp.MustCompile(`^(make\b|\s+[A-Z]+ (\[M\])?\s*\S+$|\s*$)`)
)

// diagnose reads the log of a failed make: one line that says what failed, and
// the compiler's own lines, the first ones, since those are to the point.
func diagnose(log, dir string) (summary, tail string) {
	summary = "the modules do not build"
	if m := failedLink.FindStringSubmatch(log); m != nil {
		summary = m[1] + ".c does not link"
	}
	if m := failedObject.FindStringSubmatch(log); m != nil {
		summary = m[1] + ".c does not compile"
	}
	if tail = lines(log, dir, chatter.MatchString); tail == "" {
		tail = lines(log, dir, func(string) bool { return false }) // make itself failed
	}
	return summary, tail
}

func lines(log, dir string, skip func(line string) bool) string {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(log) {
		line = strings.TrimRight(line, "\n")
		if skip(line) {
			continue
		}
		line = printable(strings.ReplaceAll(line, dir+"/", ""))
		if n++; n > maxTailLines || b.Len()+len(line) > maxTailBytes {
			b.WriteString("…\n")
			break
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// printable escapes what could steer a terminal: the lines quote the source.
func printable(line string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(line, "\uFFFD") {
		if r == '\t' || unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\x%02x`, r)
		}
	}
	return b.String()
}

// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"regexp"
	"strings"
)

const (
	maxTailLines = 40
	maxTailBytes = 8 << 10

	// overtime is what compilers and make print about a program that SIGXCPU has
	// ended.
	overtime = "CPU time limit exceeded"
)

var (
	// make[2]: *** [scripts/Makefile.build:229: /DIR/klp_x.o] Error 1
	failedObject = regexp.MustCompile(`(?m)^make.*\*\*\* \[.*?\b([a-z][a-z0-9_]*)(\.mod)?\.o\] `)
	// ERROR: modpost: "symbol" [/DIR/klp_x.ko] undefined!
	failedLink = regexp.MustCompile(`(?m)^ERROR: modpost: .*?\b([a-z][a-z0-9_]*)(?:\.ko\b|: )`)
	// messages of make and Kbuild about their own progress
	chatter = regexp.MustCompile(`^(make\b|\s+[A-Z]+ (\[M\])?\s*\S+$|\s*$)`)
	// make: *** No rule to make target 'klp_x.ko'.  Stop.
	stopped = regexp.MustCompile(`^make.*: \*\*\* .*  Stop\.$`)
)

// isChatter reports whether a line says nothing about a failure.
func isChatter(line string) bool { return chatter.MatchString(line) && !stopped.MatchString(line) }

// diagnose reads the log of a failed make. It returns one line that says what
// failed, and the compiler's first lines, which matter most. They quote a
// stranger's C, unescaped.
func diagnose(log, dir string) (summary, tail string) {
	summary = "the modules do not build"
	if m := failedLink.FindStringSubmatch(log); m != nil {
		summary = m[1] + ".c does not link"
	}
	if m := failedObject.FindStringSubmatch(log); m != nil {
		summary = m[1] + ".c does not compile"
		if m[2] != "" {
			summary = m[1] + ".mod.c, which Kbuild makes for " + m[1] + ".c, does not compile"
		}
	}
	if strings.Contains(log, overtime) {
		summary += ": a program took more than a minute of processor time"
	}
	if tail = lines(log, dir, isChatter); tail == "" {
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
		line = strings.ReplaceAll(line, dir+"/", "")
		if n++; n > maxTailLines || b.Len()+len(line) > maxTailBytes {
			b.WriteString("…\n")
			break
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

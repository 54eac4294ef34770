// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
)

// headerLike matches a title that would be read as a header.
var headerLike = regexp.MustCompile(`^[A-Z][A-Za-z-]*:`)

// proseLike matches prose that would be read as a header, or as a misspelt one.
var proseLike = regexp.MustCompile(`(?m)^([A-Za-z-]+[ \t\p{Z}]*:)`)

// guard turns lines that look like a header or a section into prose.
func guard(text string) string {
	text = proseLike.ReplaceAllString(text, " $1")
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "-- ") {
			line = " " + line
		}
		lines = append(lines, klog.Escape(line))
	}
	return strings.Join(lines, "\n")
}

var subject = regexp.MustCompile(`^Subject: (?:(?:Re|RE|Fwd|AW): *|\[[^\]]*\] *)*(\S.*)$`)

func (r *report) titleLine() string {
	title := strings.Join(strings.Fields(r.title), " ")
	for _, l := range r.lines {
		if m := subject.FindStringSubmatch(l.text); m != nil && title == "" {
			title = m[1]
		}
	}
	if title == "" && len(r.symptoms) > 0 {
		title = "A report of " + inProse(r.symptoms[0]) + "."
		if r.test != "" {
			title = r.test + ", " + r.symptoms[0] + "."
		}
	}
	title = strings.TrimSpace(klog.Escape(cmp.Or(title, r.test, defaultTitle)))
	if headerLike.MatchString(title) || strings.HasPrefix(title, "-- ") {
		title = "Report: " + title
	}
	if cut := 200; len(title) > cut {
		title = strings.ToValidUTF8(title[:cut], "")
	}
	return title
}

// nouns has the kinds of symptoms that "a KIND" does not name.
var nouns = map[string]string{
	"Oops": "an Oops", "KASAN": "a KASAN splat", "KCSAN": "a KCSAN splat", "KFENCE": "a KFENCE splat",
	"KMSAN": "a KMSAN splat", "UBSAN": "a UBSAN splat", "lockdep": "a lockdep splat",
}

// inProse names a symptom as in a sentence.
func inProse(symptom string) string {
	kind, what, _ := strings.Cut(symptom, " ")
	switch {
	case kind == casefile.Missing:
		return "a missing line: " + what
	case kind == casefile.Extra:
		return "an extra line: " + what
	case what != "":
		return cmp.Or(nouns[kind], "a "+kind) + " in " + what
	}
	return cmp.Or(nouns[kind], "a "+kind)
}

// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

const (
	mostMarkdown = 60_000 // bytes before details are left out; GitHub's limit for a comment is 65,536
	mostExcerpt  = 120    // lines of a diff or a log
)

// WriteMarkdown writes a summary of several runs, for a comment on a merge request
// or the page of a CI job: the counts, the failures and the flaky tests. Untrusted
// text is in code, where it cannot be markup or mention people.
func WriteMarkdown(w io.Writer, docs []Document) error {
	var b strings.Builder
	b.WriteString("| kernel | passed | failed | errors | skipped | expected failures | unexpected passes | not run | time |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, d := range docs {
		t := count(d.Results())
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d | %s |\n", CodeCell(d.On()),
			t.Passed, t.Failed, t.Errors, t.Skipped, t.XFailed, t.XPassed, max(0, d.Total-t.sum()), cmp.Or(roughly(d.Took), "0s"))
	}
	left := 0
	for _, d := range docs {
		left += d.markdown(&b)
	}
	if left > 0 {
		fmt.Fprintf(&b, "\n… and %s more.\n", printable.Count(left, "result", "results"))
	}
	if flakes := Flakes(docs); len(flakes) > 0 {
		b.WriteString("\nNot deterministic:\n\n")
		for _, f := range flakes {
			fmt.Fprintf(&b, "- %s failed in %s runs on %s\n", Code(f.Test), f.How(), Code(f.On))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdown adds the run's results. It returns how many did not fit.
func (d Document) markdown(b *strings.Builder) (left int) {
	if d.Error != "" {
		fmt.Fprintf(b, "\nThe run on %s ended early: %s\n", Code(d.On()), Code(d.Error))
	}
	for _, o := range d.Outcomes {
		switch known(o.Verdict) {
		case judge.Fail, judge.Error, judge.XPass:
		default:
			continue
		}
		if b.Len() > mostMarkdown {
			left++
			continue
		}
		fmt.Fprintf(b, "\n**%s** %s on %s", known(o.Verdict), Code(o.Name), Code(d.On()))
		if often := o.Confirmation.String(); often != "" {
			fmt.Fprintf(b, ", %s", often)
		}
		b.WriteString("\n\n" + details(o.Result))
	}
	return left
}

// details returns the reasons as a list, and the evidence folded.
func details(r judge.Result) string {
	var b strings.Builder
	if r.Verdict == judge.XPass {
		fmt.Fprintf(&b, "- expected to fail: %s\n", Code(r.Expected))
	}
	for _, text := range r.Reasons {
		fmt.Fprintf(&b, "- %s\n", Code(text))
	}
	for _, e := range []struct{ title, language, text string }{{"diff", "diff", r.Diff}, {"log", "", r.Tail}} {
		if e.text != "" {
			fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n%s\n</details>\n", e.title, Fence(e.language, e.text))
		}
	}
	return b.String()
}

var backticks = regexp.MustCompile("`+")

// longest returns the length of the longest run of backticks in a text.
func longest(text string) (n int) {
	for _, run := range backticks.FindAllString(text, -1) {
		n = max(n, len(run))
	}
	return n
}

// Code returns text as a Markdown code span of one line, in which nothing is markup.
func Code(text string) string {
	text = cmp.Or(strings.TrimSpace(shorten(printable.Line(text))), "(empty)")
	quote := strings.Repeat("`", longest(text)+1)
	if strings.Contains(text, "`") {
		return quote + " " + text + " " + quote
	}
	return quote + text + quote
}

// CodeCell is [Code] for a table, whose cells end at a bar even in code.
func CodeCell(text string) string { return strings.ReplaceAll(Code(text), "|", `\|`) }

// Fence returns text as a Markdown code block.
func Fence(language, text string) string {
	lines := printable.Lines(text)
	if more := len(lines) - mostExcerpt; more > 0 {
		lines = append(slices.Clip(lines[:mostExcerpt]), fmt.Sprintf("… and %d lines more", more))
	}
	body := strings.Join(lines, "\n")
	fence := strings.Repeat("`", max(3, longest(body)+1))
	return fence + language + "\n" + body + "\n" + fence + "\n"
}

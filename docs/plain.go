// SPDX-License-Identifier: Apache-2.0

package docs

import (
	_ "embed"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The documents, in Markdown.
var (
	//go:embed cases.md
	Cases string
	//go:embed kernels.md
	Kernels string
	//go:embed machines.md
	Machines string
)

const (
	columns = 79 // of a terminal that are used
	pipe    = "\x00"
)

var (
	link = regexp.MustCompile(`\[([^\]]*)\]\([^)\s]+\)`)
	left = regexp.MustCompile(`(?m)^!\[.*\]\(.*\)\n\n?`)  // pictures
	head = regexp.MustCompile(`(?m)^\|.*\|\n\|[-|]+\|\n`) // of a table
)

// Plain is a document for a terminal: links are their texts, what is between fences is
// indented, a row of a table is its first cell with the others below it, and pictures
// are left out.
func Plain(markdown string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(head.ReplaceAllString(left.ReplaceAllString(markdown, ""), "")) {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = !inside
		case inside && line != "\n":
			b.WriteString("    " + line)
		case inside:
			b.WriteString(line)
		case strings.HasPrefix(line, "|"):
			b.WriteString(row(line))
		default:
			b.WriteString(link.ReplaceAllString(line, "$1"))
		}
	}
	return b.String()
}

func row(line string) string {
	var b strings.Builder
	indent := "  "
	line = strings.ReplaceAll(link.ReplaceAllString(line, "$1"), `\|`, pipe)
	for cell := range strings.SplitSeq(strings.Trim(line, "|\n"), "|") {
		if cell = strings.TrimSpace(strings.ReplaceAll(cell, pipe, "|")); cell != "" {
			b.WriteString(wrap(cell, indent))
		}
		indent = "        "
	}
	return b.String()
}

// wrap breaks a text into lines that begin with the indent.
func wrap(text, indent string) string {
	var b strings.Builder
	used := 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case used == 0:
			b.WriteString(indent)
			used = len(indent)
		case used+1+n > columns:
			b.WriteString("\n" + indent)
			used = len(indent)
		default:
			b.WriteString(" ")
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String() + "\n"
}

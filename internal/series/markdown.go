// SPDX-License-Identifier: Apache-2.0

package series

import (
	"fmt"
	"io"
	"strings"
)

// Markdown writes the table for a mail or a tracker. Text that does not fit into a
// cell follows the table. See [Human] for patches.
func Markdown(w io.Writer, steps []Step, patches int) error {
	t := newTable(steps, patches)
	var b strings.Builder
	head := []string{"kernel", "result"}
	for _, id := range t.columns {
		head = append(head, t.names.Of(id))
	}
	b.WriteString(markdownRow(head))
	fmt.Fprintf(&b, "|%s\n", strings.Repeat("---|", len(head)))
	for i := range steps {
		cells := []string{t.label(i), t.summary(i)}
		for _, id := range t.columns {
			cells = append(cells, t.cell(i, id))
		}
		b.WriteString(markdownRow(cells))
	}
	for _, line := range t.alikeLines() {
		fmt.Fprintf(&b, "\n%s.\n", line)
	}
	for i := range steps {
		b.WriteString(t.markdownNotes(i))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var cellEscapes = strings.NewReplacer("|", `\|`, "\n", " ")

func markdownRow(cells []string) string {
	row := "|"
	for _, c := range cells {
		row += " " + cellEscapes.Replace(c) + " |"
	}
	return row + "\n"
}

// markdownNotes are the notes on a step that are not in its row.
func (t table) markdownNotes(i int) string {
	var b strings.Builder
	s := t.steps[i]
	if s.Note != "" {
		fmt.Fprintf(&b, "\n%s: %s.\n", t.label(i), s.Note)
	}
	if s.Why != "" {
		fmt.Fprintf(&b, "\n%s:\n\n%s", t.label(i), indented(s.Why))
	}
	for _, id := range t.columns {
		if why := t.trouble(i, id); why != "" {
			fmt.Fprintf(&b, "\n%s, %s:\n\n%s", t.label(i), t.names.Of(id), indented(why))
		}
	}
	return b.String()
}

// indented returns a text as a code block.
func indented(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n"
}

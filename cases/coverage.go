// SPDX-License-Identifier: Apache-2.0

package cases

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
)

//go:embed rules.txt
var rulesText string

// Rule is a rule of the documentation that cases should show.
type Rule struct {
	ID     string
	Source string // the part of a Covers line before the quote: "system-state.rst 2"
	Text   string
}

// Covered is a rule with the names of the cases that cover it.
type Covered struct {
	Rule
	Cases []string
}

// Rules returns all rules, in the order of the documentation.
func Rules() []Rule { return parseRules(rulesText) }

// parseRules reads sources, which stand at the margin, and the indented rules
// below them: an id and the text.
func parseRules(text string) []Rule {
	var list []Rule
	source := ""
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		case !strings.HasPrefix(line, " "):
			source = trimmed
		default:
			id, rest, _ := strings.Cut(trimmed, " ")
			list = append(list, Rule{id, source, strings.TrimSpace(rest)})
		}
	}
	return list
}

// Coverage returns the cases of each rule, and the problems: rules without a
// case, and Covers lines that match no rule.
func Coverage(rules []Rule, list []*casefile.Case) (table []Covered, problems []string) {
	shown := map[string][]string{} // by id
	for _, c := range list {
		for _, covers := range c.Covers {
			r, ok := findRule(rules, covers)
			if !ok {
				problems = append(problems, fmt.Sprintf("case %s: Covers line matches no rule: %s", c.Name, covers))
				continue
			}
			if names := shown[r.ID]; len(names) == 0 || names[len(names)-1] != c.Name {
				shown[r.ID] = append(names, c.Name)
			}
		}
	}
	for _, r := range rules {
		table = append(table, Covered{r, shown[r.ID]})
		if len(shown[r.ID]) == 0 {
			problems = append(problems, fmt.Sprintf("no case covers %s (%s): %s", r.ID, r.Source, r.Text))
		}
	}
	return table, problems
}

// findRule returns the rule that a Covers line means: among the rules of its
// source, the one with the quoted name, or else the only one with the quote.
func findRule(rules []Rule, covers string) (Rule, bool) {
	source, quote, _ := strings.Cut(covers, `"`)
	source = strings.TrimRight(source, ":, ")
	quote = strings.TrimSuffix(quote, `"`)
	var holders []Rule
	for _, r := range rules {
		name, _, named := strings.Cut(r.Text, ": ")
		switch {
		case r.Source != source || quote == "":
		case named && name == quote:
			return r, true
		case strings.Contains(r.Text, quote):
			holders = append(holders, r)
		}
	}
	if len(holders) != 1 {
		return Rule{}, false
	}
	return holders[0], true
}

const coverageHead = `# What the cases cover

Each rule of [system-state.rst](https://docs.kernel.org/livepatch/system-state.html), and what
else the kernel's livepatching does that bears on it, with the cases that show it. This is the
output of ` + "`klptest list --coverage`; `make docs`" + ` writes it anew. The rules are in
[rules.txt](../cases/rules.txt); a case names its own in its Covers lines.
`

// WriteCoverage writes the table in Markdown.
func WriteCoverage(w io.Writer, table []Covered) error {
	var b strings.Builder
	b.WriteString(coverageHead)
	source := ""
	for _, r := range table {
		if r.Source != source {
			source = r.Source
			fmt.Fprintf(&b, "\n## %s\n\n| | rule | cases |\n|---|---|---|\n", source)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.ID, markdown.Replace(r.Text), caseLinks(r.Cases))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdown escapes the characters of a rule that Markdown would interpret.
var markdown = strings.NewReplacer("*", `\*`, "_", `\_`, "|", `\|`, "<", `\<`)

func caseLinks(names []string) string {
	var links []string
	for _, name := range names {
		links = append(links, fmt.Sprintf("[%s](../cases/%s.txtar)", name, name))
	}
	return strings.Join(links, ", ")
}

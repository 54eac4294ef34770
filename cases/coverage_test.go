// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
)

const someRules = `# a comment
doc.rst 1

  1.1  First words. Then others.
  1.2  Other | words.
livepatch: module
  module.1  coming: patched
  module.2  coming, but late: patched *later*
`

func TestParseRules(t *testing.T) {
	want := []Rule{
		{"1.1", "doc.rst 1", "First words. Then others."},
		{"1.2", "doc.rst 1", "Other | words."},
		{"module.1", "livepatch: module", "coming: patched"},
		{"module.2", "livepatch: module", "coming, but late: patched *later*"},
	}
	if diff := cmp.Diff(want, parseRules(someRules)); diff != "" {
		t.Error(diff)
	}
}

func TestFindRule(t *testing.T) {
	for covers, want := range map[string]string{
		`doc.rst 1, "First words"`:              "1.1",
		`doc.rst 1, "Then others"`:              "1.1",
		`doc.rst 1, "words"`:                    "", // both
		`doc.rst 1, "no such"`:                  "",
		`doc.rst 1, ""`:                         "",
		`doc.rst 1`:                             "",
		`doc.rst 2, "First words"`:              "",
		`livepatch: module, "coming"`:           "module.1", // by name, though the other one begins with it
		`livepatch: module, "coming, but late"`: "module.2",
	} {
		if r, ok := findRule(parseRules(someRules), covers); r.ID != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", covers, r.ID, ok)
		}
	}
}

func TestCoverage(t *testing.T) {
	list := []*casefile.Case{
		{Name: "a", Covers: []string{`doc.rst 1, "First"`, `doc.rst 1, "Then"`, `livepatch: module, "coming"`}},
		{Name: "b", Covers: []string{`doc.rst 1, "First"`, `livepatch: module, "coming, but late"`, `doc.rst 3, "x"`}},
	}
	table, problems := Coverage(parseRules(someRules), list)
	var b strings.Builder
	if err := WriteCoverage(&b, table); err != nil {
		t.Fatal(err)
	}
	want := `
## doc.rst 1

| | rule | cases |
|---|---|---|
| 1.1 | First words. Then others. | [a](../cases/a.txtar), [b](../cases/b.txtar) |
| 1.2 | Other \| words. |  |

## livepatch: module

| | rule | cases |
|---|---|---|
| module.1 | coming: patched | [a](../cases/a.txtar) |
| module.2 | coming, but late: patched \*later\* | [b](../cases/b.txtar) |
`
	if diff := cmp.Diff(want, strings.TrimPrefix(b.String(), coverageHead)); diff != "" {
		t.Error(diff)
	}
	wrong := []string{
		`case b: Covers line matches no rule: doc.rst 3, "x"`,
		"no case covers 1.2 (doc.rst 1): Other | words.",
	}
	if diff := cmp.Diff(wrong, problems); diff != "" {
		t.Error(diff)
	}
}

// TestRules: ids and names are unique, and a rule's quote finds no other.
func TestRules(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range Rules() {
		name, _, named := strings.Cut(r.Text, ": ")
		if !named || strings.HasPrefix(r.Source, "system-state.rst") {
			name = r.Text
		}
		found, ok := findRule(Rules(), r.Source+`, "`+name+`"`)
		if ids[r.ID] || !ok || found != r {
			t.Errorf("%+v: found %+v", r, found)
		}
		ids[r.ID] = true
	}
}

// TestShippedCoverage: the shipped cases show every rule, and nothing else.
func TestShippedCoverage(t *testing.T) {
	list, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	_, problems := Coverage(Rules(), list)
	for _, p := range problems {
		t.Error(p)
	}
}

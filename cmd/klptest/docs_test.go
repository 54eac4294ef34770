// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/docs/docstest"
	"github.com/klptest/klptest/internal/model"
)

const top = "../../"

// documents returns the user documentation by path.
func documents(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(top + "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, path := range append(paths, top+"README.md", top+"SECURITY.md") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(data)
	}
	return texts
}

var (
	docLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docHeading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	docCommand = regexp.MustCompile(`(?m)^    \$ (?:bin/)?klptest (.*)$`)
	docFlag    = regexp.MustCompile(`--([a-z][a-z-]+)`)
	docData    = regexp.MustCompile(`(?m)^klp_b: ((?:alloc|take|copy|free) .*)$`)
	docCase    = regexp.MustCompile("(?ms)^```case\n(.*?)^```$")
)

// TestDocsLinks checks that the targets of links exist: files of the repository, and
// headings in them.
func TestDocsLinks(t *testing.T) {
	texts := documents(t)
	for path, text := range texts {
		for _, m := range docLink.FindAllStringSubmatch(text, -1) {
			file, heading, _ := strings.Cut(m[1], "#")
			if strings.Contains(m[1], "://") {
				continue
			}
			target := filepath.Clean(filepath.Join(filepath.Dir(path), file))
			if file == "" {
				target = path
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			if heading != "" && !slices.Contains(slugs(texts[target]), heading) {
				t.Errorf("%s: %s has no heading #%s", path, target, heading)
			}
		}
	}
}

// slugs returns GitHub's anchors for the headings of a text.
func slugs(text string) []string {
	var list []string
	for _, m := range docHeading.FindAllStringSubmatch(text, -1) {
		list = append(list, strings.ReplaceAll(notInSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return list
}

// TestDocsCommands checks that the command lines use commands and flags that exist.
func TestDocsCommands(t *testing.T) {
	root := (&app{}).rootCommand()
	for path, text := range documents(t) {
		for _, m := range docCommand.FindAllStringSubmatch(text, -1) {
			line, _, _ := strings.Cut(m[1], " # ")
			cmd, _, err := root.Find(strings.Fields(line))
			if err != nil || cmd == root {
				t.Errorf("%s: klptest %s: no such command: %v", path, line, err)
				continue
			}
			for _, flag := range docFlag.FindAllStringSubmatch(line, -1) {
				if cmd.Flags().Lookup(flag[1]) == nil {
					t.Errorf("%s: %s has no --%s", path, cmd.CommandPath(), flag[1])
				}
			}
		}
	}
}

// TestDocsData checks that the model logs for each data= mode what docs/cases.md
// says.
func TestDocsData(t *testing.T) {
	for _, row := range docstest.Rows(t, "`data=`") {
		mode := "data=" + strings.Trim(row[0], "`")
		if row[0] == "none" {
			mode = ""
		}
		text := "A.\n\n-- transcript --\n% insmod klp_a states=1:1 data=alloc\n% insmod klp_b states=1:2 replace=1 " + mode + "\n"
		c, err := casefile.Parse("a.txtar", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := model.Complete(t.Context(), "6.12", []byte(text), c)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range docData.FindAllStringSubmatch(string(whole), -1) {
			got = append(got, m[1])
		}
		if want := docstest.Code(row[3]); !slices.Equal(got, want) {
			t.Errorf("%s: %q, the document has %q", row[0], got, want)
		}
		if failed := strings.Contains(string(whole), "! ENOMEM"); failed != (row[0] == "`fail`") {
			t.Errorf("%s: fails: %t", row[0], failed)
		}
	}
}

// TestDocsCases checks that klptest check accepts each whole case in the texts.
// The cases in docs/bug-reports.md are excerpts, which cases/paste tests.
func TestDocsCases(t *testing.T) {
	a := &app{}
	for _, path := range []string{top + "README.md", top + "docs/cases.md"} {
		shown := docCase.FindAllStringSubmatch(documents(t)[path], -1)
		if len(shown) == 0 {
			t.Errorf("%s shows no case", path)
		}
		for _, m := range shown {
			c, err := casefile.Parse(path, []byte(m[1]))
			if err != nil {
				t.Error(err)
				continue
			}
			problems := a.checkCase(t.Context(), c, false)
			c.Steps = slices.DeleteFunc(c.Steps, func(s casefile.Step) bool { return s.Command.Verb == machine.Sh }) // the model has no shell
			for _, p := range append(problems, a.checkCase(t.Context(), c, false)...) {
				t.Error(p)
			}
		}
	}
}

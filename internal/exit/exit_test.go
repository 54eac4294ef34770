// SPDX-License-Identifier: Apache-2.0

package exit

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readmeTable matches a table of exit statuses in the documents.
var readmeTable = regexp.MustCompile(`(?m)^\| (exit status(?: of repro)?) \|.*\|\n\|-+\|-+\|\n((?:\|.*\|\n)+)`)

// TestReadme compares the tables that users read with those in the code.
func TestReadme(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for _, name := range append(files, "../../README.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range readmeTable.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = append(found[m[1]], m[2])
		}
	}
	want := map[string][]string{"exit status": {rows(Meanings)}, "exit status of repro": {rows(ReproMeanings)}}
	if d := cmp.Diff(want, found); d != "" {
		t.Errorf("the tables of exit statuses in README.md and docs (-code +documents):\n%s", d)
	}
}

func rows(list []Meaning) (text string) {
	for _, m := range list {
		when := m.When
		if m.Such != "" {
			when += ": " + m.Such
		}
		text += fmt.Sprintf("| %d | %s |\n", m.Status, when)
	}
	return text
}

func TestHelp(t *testing.T) {
	want := `Exit status:
  0    all passed, or failed as expected
  1    a FAIL
  2    usage
  3    an ERROR and no FAIL
  4    nothing was run
  130  interrupted`
	if d := cmp.Diff(want, Help()); d != "" {
		t.Error(d)
	}
}

func TestBisect(t *testing.T) {
	for status := range 256 {
		want, judges := map[int]int{0: 0, 1: 1, 3: 125, 4: 125}[status]
		if !judges {
			want = 255
		}
		if got := Bisect(status); got != want {
			t.Errorf("%d becomes %d, want %d", status, got, want)
		}
	}
}

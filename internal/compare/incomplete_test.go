// SPDX-License-Identifier: Apache-2.0

package compare

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/report"
)

// runs returns a complete run, one that was cut short, one with an ERROR, and one whose
// kernel could not be had.
func runs() []report.Document {
	whole, cut, bad, none := run("1", "a=FAIL", "b=SKIP", "c=XPASS"), run("2", "a=PASS", "b"), run("3", "a=FAIL", "b=ERROR"), run("4", "a", "b")
	cut.Error, none.Error, none.Release = "interrupted\nand more", "there is no `kernel`", ""
	return []report.Document{whole, cut, bad, none}
}

func TestIncomplete(t *testing.T) {
	c := Compare(nil, runs())
	want := []Incomplete{{"2 (2.1)", 0, 1, "interrupted"}, {"3 (3.1)", 1, 0, ""}, {"4.1", 0, 2, "there is no `kernel`"}}
	if d := cmp.Diff(want, c.Incomplete); d != "" {
		t.Error(d)
	}
	if old := Compare(runs(), nil); len(old.Incomplete) > 0 {
		t.Errorf("the old side counts: %+v", old.Incomplete)
	}
}

// TestIncompleteShown: each format names the incomplete runs.
func TestIncompleteShown(t *testing.T) {
	for name, want := range map[string][]string{
		"human":    {"\nincomplete     2 (2.1): 1 not run: interrupted\n", "\nincomplete     3 (3.1): 1 error\n", "\nincomplete     4.1: 2 not run: there is no `kernel`\n", "unchanged; 3 runs are incomplete\n"},
		"markdown": {"unchanged; 3 runs are incomplete**\n", "\n- `2 (2.1)` is incomplete: 1 not run: `interrupted`\n", "\n- `3 (3.1)` is incomplete: 1 error\n", "\n- `4.1` is incomplete: 2 not run: `` there is no `kernel` ``\n"},
		"json":     {`"kernel": "2 (2.1)"`, `"errors": 1`, `"not_run": 2`, "\"error\": \"there is no `kernel`\""},
	} {
		for _, f := range Formats {
			var b bytes.Buffer
			if f.Name != name {
				continue
			}
			if err := f.Write(Compare(nil, runs()), &b); err != nil {
				t.Fatal(err)
			}
			for _, part := range want {
				if !strings.Contains(b.String(), part) {
					t.Errorf("%s lacks %q:\n%s", name, part, b.String())
				}
			}
		}
	}
}

// TestIncompleteMany: the list leaves room for the table in a comment.
func TestIncompleteMany(t *testing.T) {
	var docs []report.Document
	for range 1000 {
		d := run("k", "a=PASS", "b")
		d.Error = strings.Repeat("x", 300)
		docs = append(docs, d)
	}
	var b bytes.Buffer
	if err := Compare(nil, docs).markdown(&b); err != nil || b.Len() > mostMarkdown || !strings.Contains(b.String(), " more.\n") || !strings.Contains(b.String(), "| new |") {
		t.Errorf("%d bytes, %v", b.Len(), err)
	}
}

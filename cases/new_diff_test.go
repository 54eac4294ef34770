// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromDiff(t *testing.T) {
	const head = "--- a|+++ b|@@ -1,2 +1,2 @@|"
	tests := []struct {
		name, text, want string
		parts            bool
	}{
		{"expected side", head + " % cat /a|-old|+new| same", "% cat /a|old|same", false},
		{"marked", "# --- a|# +++ b|# @@ -1 +1 @@ x|#  % cat /a|# -old|# +new|#|not ok 1", "% cat /a|old", false},
		{"up to what is no diff", head + "-% cat /a|ERROR: x| y", "% cat /a", false},
		{"no newline", head + `-% cat /a|\ No newline at end of file|+x| y`, "% cat /a|y", false},
		{"two hunks", head + " % cat /a|@@ -9 +9 @@| y", "% cat /a|y", true},
		{"late", "--- a|+++ b|@@ -11,2 +11,2 @@| % cat /a", "% cat /a", true},
		{"the one with commands", head + " a||" + head + " % cat /b", "% cat /b", false},
		{"no commands", head + " a|+% cat /a", "", false},
		{"no hunk", "--- a|+++ b| % cat /a", "", false},
		{"marked in part", "# --- a|+++ b|@@ -1 +1 @@| % cat /a", "", false},
		{"a rule", "--- a|% cat /a", "", false},
		{"an end", "--- a", "", false},
	}
	for _, test := range tests {
		side, note := fromDiff(strings.Split(test.text, "|"))
		if d := cmp.Diff(test.want, strings.Join(side, "|")); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
		if parts := strings.Contains(note, "parts only"); parts != test.parts || (note != "") != (test.want != "") {
			t.Errorf("%s: note %q", test.name, note)
		}
	}
}

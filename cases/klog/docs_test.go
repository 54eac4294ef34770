// SPDX-License-Identifier: Apache-2.0

package klog

import (
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/docs/docstest"
	"github.com/klptest/klptest/internal/splat"
)

// TestDocument: docs/cases.md has a correct example of each fold.
func TestDocument(t *testing.T) {
	var shown []splat.Kind
	for _, row := range docstest.Rows(t, "a line of the log") {
		want := docstest.Code(row[1])
		got, _ := foldText(strings.Join(docstest.Code(row[0]), "\n"))
		if !slices.Equal(got, want) {
			t.Errorf("%s is folded into %q, the document has %q", row[0], got, want)
		}
		kind, _, _ := strings.Cut(strings.TrimPrefix(want[0], FoldPrefix), " ")
		shown = append(shown, splat.Kind(kind))
	}
	for _, kind := range Folds {
		if !slices.Contains(shown, kind) {
			t.Errorf("docs/cases.md has no example of %s", kind)
		}
	}
}

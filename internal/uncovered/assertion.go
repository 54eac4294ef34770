// SPDX-License-Identifier: Apache-2.0

package uncovered

import (
	"regexp"
	"slices"

	"github.com/klptest/klptest/internal/gcov"
)

// assertion matches the macros of include/asm-generic/bug.h that warn when the
// kernel is in a state that it should never be in.
var assertion = regexp.MustCompile(`\bWARN(_ON)?(_ONCE)?\(`)

// asserts reports whether a line of source has an assertion.
func asserts(text string) bool { return assertion.MatchString(text) }

// withoutAssertions returns the files without the branches of lines that assert.
func withoutAssertions(files []gcov.File) []gcov.File {
	files = slices.Clone(files)
	for i, f := range files {
		files[i].Lines = slices.Clone(f.Lines)
		for j, l := range f.Lines {
			if asserts(f.Text(l.Number)) {
				files[i].Lines[j].Branches = nil
			}
		}
	}
	return files
}

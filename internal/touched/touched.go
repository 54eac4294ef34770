// SPDX-License-Identifier: Apache-2.0

package touched

import (
	"io"
	"path"
	"slices"
	"strings"

	"github.com/bluekeyes/go-gitdiff/gitdiff"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
)

// Case is what a case has run of each file.
type Case struct {
	Name string
	Ran  map[string]gcov.Ran
}

// Line is a line of code that a patch changes. On a kernel without the patch it is one
// that goes, or that is next to what comes.
type Line struct {
	File   string // "kernel/livepatch/core.c"
	Number int
	Text   string
	Cases  []string // that run it, in their order
}

// Report is what a patch changes.
type Report struct {
	Lines     []Line   // in the order of files and numbers
	Uncounted []string // source files that the patch changes, and of which nothing was counted
	Patched   bool     // the kernel has the patch
}

// Of reads a patch, and looks its lines up in what was counted. The error is the
// user's: the patch cannot be read, or is of another source.
func Of(patch io.Reader, counted []gcov.File, cases []Case) (Report, error) {
	files, err := parse(patch)
	if err != nil {
		return Report{}, err
	}
	var r Report
	for _, f := range files {
		name := nameOf(f)
		i := slices.IndexFunc(counted, func(c gcov.File) bool { return c.Name == name || strings.HasSuffix(name, "/"+c.Name) })
		if i < 0 {
			if slices.Contains([]string{".c", ".h", ".S"}, path.Ext(name)) {
				r.Uncounted = append(r.Uncounted, name)
			}
			continue
		}
		if err := r.add(f, counted[i], cases); err != nil {
			return Report{}, err
		}
	}
	return r, nil
}

// nameOf is a file's path in the source. In a patch that is not git's, the names have the
// directories that were compared.
func nameOf(f *gitdiff.File) string {
	if f.IsDelete {
		return strings.TrimPrefix(f.OldName, "a/")
	}
	return strings.TrimPrefix(f.NewName, "b/")
}

// add adds a file's lines. The kernel has the patch if all of its new lines are there.
func (r *Report) add(f *gitdiff.File, counted gcov.File, cases []Case) error {
	numbers, patched := fit(hunksOf(f, gitdiff.OpAdd), counted.Source)
	if !patched {
		var unpatched bool
		if numbers, unpatched = fit(hunksOf(f, gitdiff.OpDelete), counted.Source); !unpatched {
			return blame.AdviseUserf("run the cases with --gcov on a kernel of that source, with the patch or without it", "%s, as it was counted, is the file neither before the patch nor after it", counted.Name)
		}
	}
	r.Patched = r.Patched || patched
	ran, err := ranOf(cases, counted.Name)
	if err != nil {
		return err
	}
	c, last := codeOf(counted), 0
	for _, n := range numbers {
		first, ok := c.counted(n)
		if !ok || first == last {
			continue
		}
		last = first
		line := Line{File: counted.Name, Number: first, Text: c.text(first)}
		for i, one := range cases {
			if _, found := slices.BinarySearch(ran[i], first); found {
				line.Cases = append(line.Cases, one.Name)
			}
		}
		r.Lines = append(r.Lines, line)
	}
	return nil
}

// ranOf are the lines of a file that each case has run.
func ranOf(cases []Case, file string) (list [][]int, err error) {
	for _, c := range cases {
		numbers, err := gcov.Numbers(c.Ran[file].Lines)
		if err != nil {
			return nil, blame.Userf("what %s has run of %s: %w", c.Name, file, err)
		}
		list = append(list, numbers)
	}
	return list, nil
}

// Cases are all cases that run a changed line, in their order.
func (r Report) Cases(all []Case) (names []string) {
	for _, c := range all {
		if slices.ContainsFunc(r.Lines, func(l Line) bool { return slices.Contains(l.Cases, c.Name) }) {
			names = append(names, c.Name)
		}
	}
	return names
}

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

// Case is the coverage of a case, by file.
type Case struct {
	Name string
	Ran  map[string]gcov.Ran
}

// Line is a line of code that a patch changes. On a kernel without the patch, it is
// removed by the patch or next to lines that the patch adds.
type Line struct {
	File   string // "kernel/livepatch/core.c"
	Number int
	Text   string
	Cases  []string // the first cases that run it, in order
	More   int      // number of further cases that run it
}

// Report is the result for a patch.
type Report struct {
	Lines     []Line   // in the order of files and numbers
	Uncounted []string // source files that the patch changes, but without counters
	Patched   bool     // the kernel has the patch

	running map[string]bool // cases that run a changed line
}

// Of reads a patch, and looks up its lines in the counted files. An error is a user
// error: the patch cannot be read, or belongs to another source.
func Of(patch io.Reader, counted []gcov.File, cases []Case) (Report, error) {
	files, err := parse(patch)
	if err != nil {
		return Report{}, err
	}
	r := Report{running: map[string]bool{}}
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

// nameOf returns a file's path in the source. In a patch that is not from git, the names
// include the compared directories.
func nameOf(f *gitdiff.File) string {
	if f.IsDelete {
		return strings.TrimPrefix(f.OldName, "a/")
	}
	return strings.TrimPrefix(f.NewName, "b/")
}

// add adds a file's lines. The kernel has the patch if all new lines are found.
func (r *Report) add(f *gitdiff.File, counted gcov.File, cases []Case) error {
	numbers, patched := fit(hunksOf(f, gitdiff.OpAdd), counted.Source)
	if !patched {
		var unpatched bool
		if numbers, unpatched = fit(hunksOf(f, gitdiff.OpDelete), counted.Source); !unpatched {
			return blame.AdviseUserf("run the cases with --gcov on a kernel of that source, with the patch or without it", "%s, as it was counted, is the file neither before the patch nor after it", counted.Name)
		}
	}
	r.Patched = r.Patched || patched
	own := len(r.Lines)
	c, last := codeOf(counted), 0
	for _, n := range numbers {
		if first, ok := c.counted(n); ok && first != last {
			r.Lines, last = append(r.Lines, Line{File: counted.Name, Number: first, Text: c.text(first)}), first
		}
	}
	return r.run(r.Lines[own:], counted.Name, cases)
}

// run notes which cases run the lines of a file. The spans of a case are not kept:
// results may be untrusted and have any number of cases.
func (r *Report) run(lines []Line, file string, cases []Case) error {
	for _, one := range cases {
		ran, err := gcov.Spans(one.Ran[file].Lines)
		if err != nil {
			return blame.Userf("what %s has run of %s: %w", one.Name, file, err)
		}
		for i := range lines {
			if _, found := slices.BinarySearchFunc(ran, lines[i].Number, against); found {
				lines[i].add(one.Name)
				r.running[one.Name] = true
			}
		}
	}
	return nil
}

func against(s gcov.Span, number int) int {
	switch {
	case s.Last < number:
		return -1
	case s.First > number:
		return 1
	}
	return 0
}

func (l *Line) add(name string) {
	if len(l.Cases) == mostNamed {
		l.More++
		return
	}
	l.Cases = append(l.Cases, name)
}

// Cases returns all cases that run a changed line, in order.
func (r Report) Cases(all []Case) (names []string) {
	for _, c := range all {
		if r.running[c.Name] {
			names = append(names, c.Name)
		}
	}
	return names
}

// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// File is a source file, or a header of the same folder, and how often its lines
// were run.
type File struct {
	Name  string `json:"file"` // "kernel/livepatch/core.c"
	Lines []Line `json:"lines"`
	// Source is the text, line by line; nil: not known.
	Source []string `json:"source,omitempty"`
}

// The limits of the source files in results.
const (
	maxFiles = 1000
	maxName  = 200 // bytes
)

// Check refuses files that no kernel has: results may come from a stranger, and names are
// shown and made into paths.
func Check(files []File) error {
	if len(files) > maxFiles {
		return fmt.Errorf("more than %d source files", maxFiles)
	}
	for _, f := range files {
		if len(f.Name) > maxName || !fileName.MatchString(f.Name) {
			return fmt.Errorf("a source file %.40q", f.Name)
		}
		for _, l := range f.Lines {
			if l.Number < 1 || l.Number > maxNumber {
				return fmt.Errorf("line %d of %s", l.Number, f.Name)
			}
		}
	}
	return nil
}

// Line is a line that has code.
type Line struct {
	Number   int      `json:"line"`
	Function string   `json:"function,omitempty"` // empty: of no function in particular
	Count    uint64   `json:"count"`
	Branches []uint64 `json:"branches,omitempty"` // how often each was taken
}

// Total counts lines and branches, and those that were run.
type Total struct {
	Lines       int `json:"lines"`
	LinesRun    int `json:"lines_run"`
	Branches    int `json:"branches"`
	BranchesRun int `json:"branches_run"`
}

// Total returns the total of the file.
func (f File) Total() (t Total) {
	for _, l := range f.Lines {
		t.Lines++
		t.LinesRun += run(l.Count)
		t.Branches += len(l.Branches)
		for _, b := range l.Branches {
			t.BranchesRun += run(b)
		}
	}
	return t
}

// Plus returns the sum of two totals.
func (t Total) Plus(u Total) Total {
	return Total{t.Lines + u.Lines, t.LinesRun + u.LinesRun, t.Branches + u.Branches, t.BranchesRun + u.BranchesRun}
}

// TotalOf returns the total of several files.
func TotalOf(files []File) (t Total) {
	for _, f := range files {
		t = t.Plus(f.Total())
	}
	return t
}

func run(count uint64) int {
	if count > 0 {
		return 1
	}
	return 0
}

// Text returns a line of the source, counted from 1, or "" if it is not known.
func (f File) Text(number int) string {
	if number < 1 || number > len(f.Source) {
		return ""
	}
	return f.Source[number-1]
}

// Ran holds the lines and the branches of a file that a test has run, as ranges: see
// [Ranges].
type Ran struct {
	Lines    string `json:"lines"`
	Branches string `json:"branches,omitempty"` // by their place among all branches of the file, from 0
}

// RanOf returns what was run of each file, by name; files of which nothing was run are
// left out.
func RanOf(files []File) map[string]Ran {
	all := map[string]Ran{}
	for _, f := range files {
		var lines, branches []int
		n := 0
		for _, l := range f.Lines {
			if l.Count > 0 {
				lines = append(lines, l.Number)
			}
			for _, b := range l.Branches {
				if b > 0 {
					branches = append(branches, n)
				}
				n++
			}
		}
		if len(lines) > 0 {
			all[f.Name] = Ran{Ranges(lines), Ranges(branches)}
		}
	}
	return all
}

// merge joins the files of one name: gcov reports a header once for each object, and a
// line once for each function that it is inlined in. Counts are added, and branches stay
// separate.
func merge(files []File) []File {
	byName := map[string]map[int]Line{}
	for _, f := range files {
		for _, l := range f.Lines {
			if byName[f.Name] == nil {
				byName[f.Name] = map[int]Line{}
			}
			sum := byName[f.Name][l.Number]
			sum.Number, sum.Function = l.Number, cmp.Or(sum.Function, l.Function)
			sum.Count = saturated(sum.Count, l.Count)
			sum.Branches = append(slices.Clip(sum.Branches), l.Branches...)
			byName[f.Name][l.Number] = sum
		}
	}
	var merged []File
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		lines := slices.SortedFunc(maps.Values(byName[name]), func(a, b Line) int { return cmp.Compare(a.Number, b.Number) })
		merged = append(merged, File{Name: name, Lines: lines})
	}
	return merged
}

// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// jsonReport is gcov's report on one object in its JSON format, versions 1 and 2
// (gcov(1), --json-format).
type jsonReport struct {
	Dir   string     `json:"current_working_directory"` // of the compiler
	Files []jsonFile `json:"files"`
}

type jsonFile struct {
	File  string     `json:"file"`
	Lines []jsonLine `json:"lines"`
}

type jsonLine struct {
	Number   int    `json:"line_number"`
	Function string `json:"function_name"`
	Count    int64  `json:"count"`
	Branches []struct {
		Count int64 `json:"count"`
	} `json:"branches"`
}

// line converts the line to a [Line]. gcov derives most counts from others; a
// count that was read while the kernel went on counting may be negative.
func (l jsonLine) line() Line {
	line := Line{Number: l.Number, Function: l.Function, Count: uint64(max(0, l.Count))}
	for _, b := range l.Branches {
		line.Branches = append(line.Branches, uint64(max(0, b.Count)))
	}
	return line
}

// parsed is a report on the objects of one kernel.
type parsed struct {
	files []File
	paths map[string]string // where the compiler found each file
}

// parseReport parses gcov's reports on those objects, one after the other. It
// leaves out files of other folders: headers with inlined functions.
func parseReport(r io.Reader, names []string) (parsed, error) {
	p := parsed{paths: map[string]string{}}
	decoder := json.NewDecoder(r)
	for _, name := range names {
		var report jsonReport
		if err := decoder.Decode(&report); err != nil {
			return p, fmt.Errorf("what gcov says of %s: %w", name, err)
		}
		if err := p.add(name, report); err != nil {
			return p, err
		}
	}
	if decoder.More() {
		return p, errors.New("gcov says more than it was asked")
	}
	p.files = merge(p.files)
	return p, nil
}

func (p *parsed) add(name string, report jsonReport) error {
	root, ok := report.root(name)
	if !ok {
		return fmt.Errorf("gcov does not tell of %s", name)
	}
	for _, f := range report.Files {
		full := report.path(f)
		own, ok := strings.CutPrefix(full, root+"/")
		if !ok || path.Dir(own) != path.Dir(name) {
			continue
		}
		p.paths[own] = full
		file := File{Name: own}
		for _, l := range f.Lines {
			if l.Number < 1 || l.Number > maxNumber {
				return fmt.Errorf("gcov tells of line %d of %s", l.Number, own)
			}
			file.Lines = append(file.Lines, l.line())
		}
		p.files = append(p.files, file)
	}
	return nil
}

// root returns the top directory of the source, derived from the path of the
// object's own file.
func (r jsonReport) root(name string) (string, bool) {
	for _, f := range r.Files {
		if root, ok := strings.CutSuffix(r.path(f), "/"+name); ok {
			return root, true
		}
	}
	return "", false
}

func (r jsonReport) path(f jsonFile) string {
	if path.IsAbs(f.File) {
		return path.Clean(f.File)
	}
	return path.Join(r.Dir, f.File)
}

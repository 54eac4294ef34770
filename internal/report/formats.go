// SPDX-License-Identifier: Apache-2.0

package report

import (
	"io"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// HTMLFile is the file for people in a results directory.
const HTMLFile = "report.html"

// Format is a format of reports.
type Format struct {
	Name string
	For  string // who reads it
	New  func(io.Writer, HumanOptions) Reporter

	// Write renders several runs. It is nil if they are shown one by one.
	Write func(io.Writer, []Document) error
	File  string // its file in a results directory; may be empty

	// Observed tells that the format includes the observations.
	Observed bool
}

// HumanFormat is the name of the format for people.
const HumanFormat = "human"

// Formats are all formats.
var Formats = []Format{
	{Name: HumanFormat, For: "people", New: func(w io.Writer, o HumanOptions) Reporter { return NewHuman(w, o) }},
	{Name: "ktap", For: "what reads the results of kernel tests (KTAP version 1)", New: always(NewKTAP), Write: WriteKTAP, File: "results.ktap"},
	{Name: "junit", For: "CI servers (JUnit XML)", New: whole(WriteJUnit), Write: WriteJUnit, File: "junit.xml"},
	{Name: "json", For: "programs, and klptest report", New: always(NewJSON), Write: WriteRuns, Observed: true},
	{Name: "markdown", For: "a comment on a merge request, or a page", New: whole(WriteMarkdown), Write: WriteMarkdown, File: "summary.md"},
	{Name: "kcidb", For: "KernelCI's database (KCIDB 5.0)", New: whole(WriteKCIDB), Write: WriteKCIDB, File: "kcidb.json", Observed: true},
	{Name: "html", For: "people, in a browser", New: whole(WriteHTML), Write: WriteHTML, File: HTMLFile, Observed: true},
}

// always is for a format that does not depend on a terminal.
func always(make func(io.Writer) Reporter) func(io.Writer, HumanOptions) Reporter {
	return func(w io.Writer, _ HumanOptions) Reporter { return make(w) }
}

// whole is for a format that is written when the run is over.
func whole(write func(io.Writer, []Document) error) func(io.Writer, HumanOptions) Reporter {
	return func(w io.Writer, _ HumanOptions) Reporter { return &collector{w: w, write: write} }
}

// collector is the reporter of such a format.
type collector struct {
	w     io.Writer
	write func(io.Writer, []Document) error
	doc   Document
}

func (c *collector) Begin(p Provenance) error {
	c.doc.Provenance = p
	return nil
}

func (*collector) Start(string) {}

func (*collector) Step(string, string) {}

func (c *collector) Case(o Outcome) error {
	c.doc.Outcomes = append(c.doc.Outcomes, o)
	return nil
}

func (c *collector) End(e Ending) error {
	c.doc.Ending = e
	return c.write(c.w, []Document{c.doc})
}

// FormatNamed finds a format by its name.
func FormatNamed(name string) (Format, error) {
	for _, f := range Formats {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, UnknownFormat(name, FormatNames())
}

// UnknownFormat is the error for a format that is not known.
func UnknownFormat(name string, known []string) error {
	return blame.AdviseUserf("formats: "+strings.Join(known, ", "), "unknown format %s", name)
}

// FileNames returns the files of the formats in a results directory.
func FileNames() (names []string) {
	for _, f := range Formats {
		if f.File != "" {
			names = append(names, f.File)
		}
	}
	return names
}

// FormatNames returns the names of all formats.
func FormatNames() (names []string) {
	for _, f := range Formats {
		names = append(names, f.Name)
	}
	return names
}

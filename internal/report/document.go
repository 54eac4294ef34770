// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/printable"
)

// Document is all that is known of a run. Every format is a rendering of it.
type Document struct {
	Provenance
	Outcomes []Outcome
	Ending
}

// Provenance is what is known of a run when it begins: what is tested, by what,
// and on what. A text that is not known is empty.
type Provenance struct {
	// Run names what the run is a part of: all kernels and all shards of it have
	// the same name, and no test of it counts twice.
	Run string `json:"run,omitempty"`
	// Label tells runs on one kernel apart, which differ in something else, such
	// as the patch of a series or the options of a matrix.
	Label string `json:"label,omitempty"`

	Klptest string    `json:"klptest"` // version of klptest
	Kernel  string    `json:"kernel"`  // the kernel under test, by its exact name: "debian:6.12.117-1"
	Release string    `json:"release"` // its uname -r
	Started time.Time `json:"started"`
	Planned int       `json:"-"`                 // tests that are to run, those to be skipped included
	Shuffle uint64    `json:"shuffle,omitempty"` // the seed of a random order; 0: the tests run in their usual one

	Spec    string   `json:"spec,omitempty"`    // the kernel as the user asked for it: "debian:6.12"
	Command string   `json:"command,omitempty"` // klptest's, which repeats the run; empty: run
	Flags   []string `json:"flags,omitempty"`   // the words that repeat the run, before those that name the tests
	// ShellFlags are those of Flags with which klptest shell opens such a guest.
	ShellFlags []string `json:"shell_flags,omitempty"`

	Tests   []string `json:"tests,omitempty"` // the words that name the tests, each once
	Machine Machine  `json:"machine,omitzero"`
	Host    Host     `json:"host,omitzero"`

	Estimates Estimates `json:"-"` // of the tests; nil when nothing is known
	Jobs      int       `json:"-"` // tests that run side by side

	Config map[string]string `json:"-"` // options of the kernel without CONFIG_; nil when not known
}

// On says on what the run was made, for people: the kernel's release, its exact
// name, and what else tells the run apart. It is one printable line.
func (p Provenance) On() string {
	if p.Release == "" {
		return printable.Line(p.kernelName())
	}
	return printable.Line(p.Release + " (" + p.kernelName() + ")")
}

// kernelName is the kernel, and what else tells the run apart.
func (p Provenance) kernelName() string {
	if p.Label == "" {
		return p.Kernel
	}
	return p.Kernel + ", " + p.Label
}

// Machine is the guest of a test that asks for nothing, or the machine of all tests.
type Machine struct {
	Host    string `json:"host,omitempty"`    // a machine with an SSH server of its own: USER@ADDRESS, or its disk image
	Arch    string `json:"arch,omitempty"`    // as uname -m says
	QEMU    string `json:"qemu,omitempty"`    // version
	Accel   string `json:"accel,omitempty"`   // what is tried first; each observation tells what came of it
	Cmdline string `json:"cmdline,omitempty"` // the kernel's
	CPUs    int    `json:"cpus,omitempty"`
	Memory  int    `json:"memory,omitempty"` // MiB
}

// String describes the machine.
func (m Machine) String() string {
	return fmt.Sprintf("%s, %s, %d CPUs, %d MiB", m.Arch, m.kind(), m.CPUs, m.Memory)
}

// kind is what runs the kernel.
func (m Machine) kind() string {
	if m.Host != "" && m.Accel == "" {
		return m.Host
	}
	return strings.TrimSpace(fmt.Sprintf("%s QEMU %s, %s", m.Host, m.QEMU, m.Accel))
}

// Host is what the guests run on.
type Host struct {
	System    string `json:"system,omitempty"` // the distribution
	Kernel    string `json:"kernel,omitempty"`
	Processor string `json:"processor,omitempty"`
	CPUs      int    `json:"cpus,omitempty"`
	Memory    int    `json:"memory,omitempty"` // MiB that were available
}

// Outcome is one test: what was to happen, what was seen, and the verdict. The
// observation is the result's; it is the zero value where nobody wants it.
type Outcome struct {
	Case string // the text of the case; empty when not known
	judge.Result

	// Folder has the logs of a test that did not pass: a path in Files, with
	// slashes. It is empty where there is none.
	Folder string
	Files  fs.FS // the results directory; nil: the report is a file alone
	Live   bool  // the test has just run: Log is a path that the rig has made

	// Ran is what the test has run of the kernel's source, by file; nil: not known.
	Ran map[string]gcov.Ran
}

// Ending is what is known of a run when it is over.
type Ending struct {
	Took   time.Duration
	Total  int    // tests that were to run; more than there are outcomes when the run was cut short
	Status int    // the exit status of the run
	Error  string // what ended the run early, one line; empty: nothing did
	Detail string // the whole message, of which Error is the first line
	Kept   string // the directory with the logs of what failed; empty: nothing was kept

	// Coverage is what the tests together have run of the kernel's source; nil: nobody
	// has asked.
	Coverage []gcov.File
	Listing  string // the directory that has it as text; empty: not known
}

// Message is all that is known of why the run ended early.
func (e Ending) Message() string { return cmp.Or(e.Detail, e.Error) }

// Whole tells whether the run came to its end, with a result for each test.
func (d Document) Whole() bool { return d.Error == "" && d.Total <= len(d.Outcomes) }

// Play tells a reporter of the run, as if it were going on.
func (d Document) Play(r Reporter) error {
	if err := r.Begin(d.Provenance); err != nil {
		return err
	}
	for _, o := range d.Outcomes {
		r.Start(o.Name)
		if err := r.Case(o); err != nil {
			return err
		}
	}
	return r.End(d.Ending)
}

// Results are the results of the outcomes.
func (d Document) Results() []judge.Result {
	list := make([]judge.Result, len(d.Outcomes))
	for i, o := range d.Outcomes {
		list[i] = o.Result
	}
	return list
}

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

// Document has all that is known about a run. Every format renders it.
type Document struct {
	Provenance
	Outcomes []Outcome
	Ending
}

// Provenance is what is known about a run when it begins: what is tested, by which
// klptest, and on which machine. Unknown text is empty.
type Provenance struct {
	// Run names the whole that this run is a part of: all its kernels and shards
	// have the same name, and no test of it counts twice.
	Run string `json:"run,omitempty"`
	// Label distinguishes runs on one kernel that differ in something else, such
	// as the patch of a series or the options of a matrix.
	Label string `json:"label,omitempty"`

	Klptest string `json:"klptest"` // version of klptest
	Kernel  string `json:"kernel"`  // exact name of the kernel under test: "debian:6.12.117-1"
	Release string `json:"release"` // its uname -r
	// KernelID identifies the contents of a kernel that was given by a path, where another
	// one may have the same name later; empty for other kernels.
	KernelID string `json:"kernel_id,omitempty"`

	Started time.Time `json:"started"`
	Planned int       `json:"-"`                 // tests to run, including those to be skipped
	Shuffle uint64    `json:"shuffle,omitempty"` // the seed of a random order; 0: the usual order

	Spec    string   `json:"spec,omitempty"`    // the kernel as the user requested it: "debian:6.12"
	Command string   `json:"command,omitempty"` // the klptest command that repeats the run; empty: run
	Flags   []string `json:"flags,omitempty"`   // the words that repeat the run, before the names of tests
	// ShellFlags are the flags with which klptest shell opens such a guest.
	ShellFlags []string `json:"shell_flags,omitempty"`

	Tests   []string `json:"tests,omitempty"` // the words that name the tests, each once
	Machine Machine  `json:"machine,omitzero"`
	Host    Host     `json:"host,omitzero"`

	Estimates Estimates `json:"-"` // of the tests; nil: unknown
	Jobs      int       `json:"-"` // tests that run in parallel

	Config map[string]string `json:"-"` // options of the kernel without CONFIG_; nil: unknown
}

// On describes the kernel of the run for people: its release, its exact name and
// the label. It is one printable line.
func (p Provenance) On() string {
	if p.Release == "" {
		return printable.Line(p.kernelName())
	}
	return printable.Line(p.Release + " (" + p.kernelName() + ")")
}

// kernelName is the exact name of the kernel, with the label.
func (p Provenance) kernelName() string {
	if p.Label == "" {
		return p.Kernel
	}
	return p.Kernel + ", " + p.Label
}

// Machine is the guest of a test without special needs, or the machine of all tests.
type Machine struct {
	Host    string `json:"host,omitempty"`    // a machine with an SSH server of its own: USER@ADDRESS, or its disk image
	Arch    string `json:"arch,omitempty"`    // as uname -m says
	QEMU    string `json:"qemu,omitempty"`    // version
	Accel   string `json:"accel,omitempty"`   // the first choice; each observation has the actual one
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

// Outcome is one test: the case, the observation, and the verdict. The observation
// is that of the Result; it is the zero value where it is not wanted.
type Outcome struct {
	Case string // the text of the case; empty: unknown
	judge.Result

	// Folder has the logs of a test that did not pass: a path in Files, with
	// slashes. Empty if there is none.
	Folder string
	Files  fs.FS // the results directory; nil: the report is a single file
	Live   bool  // the test has just run: Log is a path that the rig made

	// Ran is the test's coverage of the kernel's source, by file; nil: unknown.
	Ran map[string]gcov.Ran
}

// Ending is what is known about a run when it is over.
type Ending struct {
	Took   time.Duration
	Total  int    // planned tests; more than the outcomes if the run was cut short
	Status int    // the exit status of the run
	Error  string // what ended the run early, one line; empty: nothing
	Detail string // the whole message; Error is its first line
	Kept   string // the directory with the logs of failures; empty: nothing was kept

	// Coverage is the tests' total coverage of the kernel's source; nil: not requested.
	Coverage []gcov.File
	Listing  string // the directory with the coverage as text; empty: unknown
}

// Message returns the most detailed reason why the run ended early.
func (e Ending) Message() string { return cmp.Or(e.Detail, e.Error) }

// Whole reports whether the run completed, with a result for each test.
func (d Document) Whole() bool { return d.Error == "" && d.Total <= len(d.Outcomes) }

// BreaksOff reports whether the document is from a run that was killed. Its Total is then
// the least that was planned.
func (d Document) BreaksOff() bool { return d.Error == errBreaksOff }

// Play replays the run to a reporter.
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

// Results returns the results of the outcomes.
func (d Document) Results() []judge.Result {
	list := make([]judge.Result, len(d.Outcomes))
	for i, o := range d.Outcomes {
		list[i] = o.Result
	}
	return list
}

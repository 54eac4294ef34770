// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"slices"
	"time"

	"github.com/klptest/klptest/cases/machine"
)

// Case is a parsed case file.
type Case struct {
	Name    string // the file's name without directory and ending
	File    string // as given to Parse; messages begin with it
	Text    string // the whole file
	Shipped bool   // it comes with klptest
	Title   string
	Prose   string
	Covers  []string
	Needs   []Condition   // when one does not hold, the case is skipped
	CPUs    int           // 0: the default
	Memory  int           // MB; 0: the default
	Timeout time.Duration // of the whole case; 0: the default
	Wait    time.Duration // of one command; 0: the default. No header sets it
	Taints  uint64        // bits of /proc/sys/kernel/tainted that the case may set
	Leaves  []string      // modules that are still loaded after it
	Symptom *Symptom      // what a broken kernel does, according to the report; nil: unknown
	Ignores []string      // texts of log records that do not count
	Holds   []string      // modules of its own that hold transitions
	Repeat  int           // how often it runs; 0: once
	Fails   []KnownFailure
	// Tolerance applies to Fails. No header sets it.
	Tolerance Tolerance
	Steps     []Step
	Sources   []Source // of modules of its own
}

// Step is a command and its expected lines.
type Step struct {
	Line    int         // of the case's file
	When    []Condition // the step runs where all of them hold
	Command machine.Command
	Expect  []Expected
}

// Kind is the kind of an expected line.
type Kind int

// The kinds of expected lines, in the order in which they are shown.
const (
	Log    Kind = iota // a line of the kernel log, or a fold of several
	Errno              // ! EINVAL
	Output             // = text
)

var Kinds = []Kind{Log, Errno, Output}

// Expected is a line that is expected after a command.
type Expected struct {
	Line int
	When []Condition // the line is expected where all of them hold
	Kind Kind
	Text string // the line as the transcript shows it, without the condition
}

// Source is a C file of the case.
type Source struct {
	Name string
	Data []byte
	Line int // of the case's file, where Data begins
}

// Modules returns the modules that the case loads, each once: by insmod, by
// insmod NAME.ko in a shell, or by a fault, which klp_fault makes.
func (c *Case) Modules() []string {
	var names []string
	for _, s := range c.Steps {
		for _, name := range s.Command.Modules() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// ExpectsNothing reports whether the transcript has only commands.
func (c *Case) ExpectsNothing() bool {
	return !slices.ContainsFunc(c.Steps, func(s Step) bool { return len(s.Expect) > 0 })
}

// SysfsAttrs returns the livepatch attributes in the case's conditions, sorted.
func (c *Case) SysfsAttrs() []string {
	var attrs []string
	for _, cond := range c.conditions() {
		if cond.Fact == factSysfs {
			attrs = append(attrs, cond.Name)
		}
	}
	slices.Sort(attrs)
	return slices.Compact(attrs)
}

func (c *Case) conditions() []Condition {
	list := slices.Clone(c.Needs)
	for _, s := range c.Steps {
		list = append(list, s.When...)
		for _, e := range s.Expect {
			list = append(list, e.When...)
		}
	}
	return list
}

// Resolve returns the steps that run on a kernel, each with the lines that
// are expected there.
func (c *Case) Resolve(f machine.Facts) []Step {
	var steps []Step
	for _, s := range c.Steps {
		if unmet(s.When, f) != "" {
			continue
		}
		s.Expect = slices.DeleteFunc(slices.Clone(s.Expect), func(e Expected) bool {
			return !e.expectedOn(f)
		})
		steps = append(steps, s)
	}
	return steps
}

// Keeps reports whether a module may, and must, stay loaded after the case.
func (c *Case) Keeps(module string) bool { return slices.Contains(c.Leaves, module) }

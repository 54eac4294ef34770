// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Machine is a kernel under test. A case runs the same way on every
// implementation.
//
// A method's error carries its blame: blame.Kernel when the kernel's own log
// shows a crash; any other error is the rig's.
type Machine interface {
	// Facts returns the facts for conditions. attrs are the names of the
	// livepatch sysfs attributes to look for.
	Facts(ctx context.Context, attrs []string) (Facts, error)
	// Begin prepares the machine for a case: it re-arms the once-only
	// warnings, and follows the log from here on.
	Begin(ctx context.Context) error
	// Step logs the command's marker, runs the command, and waits, at most
	// limit, until the transitions that it started have ended.
	Step(ctx context.Context, cmd Command, limit time.Duration) (Answer, error)
	// End returns the rest of the log and the case's leftovers.
	End(ctx context.Context) (EndState, error)
}

// Facts are the facts about a kernel for conditions.
type Facts struct {
	Release string            // uname -r
	Config  map[string]string // CONFIG_ options without the prefix: "y", "m" or the value; nil when unknown
	Sysfs   map[string]bool   // the livepatch attributes asked for
	NoDebug bool              // nothing turns livepatch's debug lines on
	// Emulated is set by the rig: an emulator runs the kernel, and may have
	// faults.
	Emulated bool
	// Noisy is set by the rig: the machine has other services, whose log lines say
	// nothing about a case.
	Noisy bool
}

// Verb is the first word of a command.
type Verb string

// The verbs. A new one must earn its place.
const (
	Insmod  Verb = "insmod"
	Rmmod   Verb = "rmmod"
	Echo    Verb = "echo"
	Cat     Verb = "cat"
	Wait    Verb = "wait"
	Hold    Verb = "hold"
	Release Verb = "release"
	Sh      Verb = "sh"
	Fail    Verb = "fail"
)

// Command is one `%` line.
type Command struct {
	Text       string   `json:"text"` // the line without "% ": the marker in the log
	Verb       Verb     `json:"verb"`
	Args       []string `json:"args"`                 // insmod: NAME PARAM=VALUE…; rmmod: NAME; echo: VALUE PATH; cat: PATH; wait: PATCH; hold, release: WHAT; sh: COMMAND; fail: FUNCTION N
	Background bool     `json:"background,omitempty"` // the line ends in " &": do not wait for the transition
}

// MarkerPrefix begins a command's marker in the log.
const MarkerPrefix = "% "

// Marker returns the line that is written to the log before the command runs.
func (c Command) Marker() string { return MarkerPrefix + c.Text }

// shellLoad matches the loading of a module's file by a shell, whose working
// directory has the case's modules.
var shellLoad = regexp.MustCompile(`\binsmod (?:\./)?([A-Za-z][A-Za-z0-9_]{0,54})\.ko\b`)

// Modules returns the names of the modules that the command needs or loads.
func (c Command) Modules() (names []string) {
	switch c.Verb {
	case Insmod:
		return c.Args[:1]
	case Fail:
		return []string{FaultModule}
	case Sh:
		for _, m := range shellLoad.FindAllStringSubmatch(c.Text, -1) {
			names = append(names, m[1])
		}
	}
	return names
}

// Record is one record of the kernel log, as /dev/kmsg gives it.
type Record struct {
	Seq      uint64 `json:"seq"`
	Usec     uint64 `json:"usec"`     // since boot
	Facility int    `json:"facility"` // 0: the kernel; markers have another
	Level    int    `json:"level"`
	Text     string `json:"text"` // may hold newlines
}

// Stamp returns the time since boot as the kernel prints it (print_time,
// kernel/printk/printk.c).
func (r Record) Stamp() string { return fmt.Sprintf("[%5d.%06d]", r.Usec/1e6, r.Usec%1e6) }

// Raw returns the record as dmesg --raw prints it, one line per line of text.
func (r Record) Raw() string {
	var b strings.Builder
	for text := range strings.SplitSeq(r.Text, "\n") {
		fmt.Fprintf(&b, "<%d>%s %s\n", r.Facility<<3|r.Level, r.Stamp(), text)
	}
	return b.String()
}

// Answer is the outcome of a command.
type Answer struct {
	Output  string   `json:"output,omitempty"`
	Errno   string   `json:"errno,omitempty"` // symbolic, such as "EINVAL"; empty on success
	Stall   *Stall   `json:"stall,omitempty"` // a wait timed out, or can never end
	Records []Record `json:"records,omitempty"`
	// Starved is set by the rig, as in EndState, for the time from Begin on. It
	// counts if the run ends before End.
	Starved bool `json:"-"`
}

// Stall is a wait that timed out, or can never end: its purpose, and the tasks
// that block it.
type Stall struct {
	What  string        `json:"what"` // "transition of klp_a", "removal of klp_a" or "end of " and the command
	Limit time.Duration `json:"limit"`
	Tasks []Task        `json:"tasks,omitempty"`
	Sysfs string        `json:"sysfs,omitempty"` // the patch directories, one "path = value" a line
	// Died is set when the kernel has ended the command's own task, such as
	// after an oops in it.
	Died bool `json:"died,omitempty"`
	// Starved is set by the rig: the host gave the guest less than half of
	// the processor time that it asked for, so the stall proves nothing.
	Starved bool `json:"starved,omitempty"`
}

// OfCommand reports whether the command itself did not end, rather than something that it
// has started.
func (s Stall) OfCommand() bool { return strings.HasPrefix(s.What, "end of ") }

// Task is a task that has not switched yet.
type Task struct {
	PID   int    `json:"pid"`
	Comm  string `json:"comm"`
	Stack string `json:"stack"`
}

// EndState is the state of a machine after the last command, compared with that
// at Begin.
type EndState struct {
	Records []Record `json:"records,omitempty"`
	Modules []string `json:"modules,omitempty"` // loaded now, not at Begin
	Patches []string `json:"patches,omitempty"` // directories in /sys/kernel/livepatch now, not at Begin
	// Functions that ftrace redirects now but did not at Begin; empty if
	// the kernel does not tell.
	Functions []string `json:"functions,omitempty"`
	Taint     uint64   `json:"taint"` // bits of /proc/sys/kernel/tainted gained since Begin
	// Leaks is kmemleak's report of memory that has leaked since Begin, or its
	// beginning; empty if the kernel has no kmemleak.
	Leaks string `json:"leaks,omitempty"`
	// Starved is set by the rig, as in Stall: a stall in the log proves
	// nothing.
	Starved bool `json:"-"`
}

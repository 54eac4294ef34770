// SPDX-License-Identifier: Apache-2.0

package timeline

import "time"

// Timeline is a run of a case.
type Timeline struct {
	Lanes []string // the livepatches, in the order in which they appear
	Rows  []Row    // what happened, in order
	More  int      // number of rows omitted at the end
}

// Row is a command, or an event after it.
type Row struct {
	Kind   Kind
	Lane   int    // the livepatch concerned; None: none of them
	Text   string // in the kernel's words, without the name of the livepatch
	Detail string // more text, such as the reason
	States []State
	From   int     // the livepatch that a state or its data comes from; None: none
	Lost   bool    // data is freed
	Phases []Phase // of each livepatch, after the row
	Wrong  bool    // the first row that differs from the expected one
	At     *time.Duration
}

// None means no lane.
const None = -1

// Kind is the kind of a row.
type Kind string

// The kinds of rows.
const (
	Command    Kind = "command"
	Answer     Kind = "answer"     // output of a command
	Errno      Kind = "errno"      // the error of a command
	Failure    Kind = "failure"    // a refusal that the kernel logs
	Transition Kind = "transition" // a step of a transition
	Reversal   Kind = "reversal"   // a transition changes its direction
	Open       Kind = "open"       // a transition does not end
	Callback   Kind = "callback"
	Data       Kind = "data"     // of a state: allocated, copied, taken, freed
	Handover   Kind = "handover" // a state passes to the livepatch that replaces another
	Object     Kind = "object"   // a module comes or goes
	Splat      Kind = "splat"
	Note       Kind = "note"   // any other line of the log
	Missing    Kind = "wanted" // what was expected instead of the next row
)

// State is what a callback got about a state.
type State struct {
	ID        string
	Own, Prev Held // from klp_get_state(), klp_get_prev_state()
	From      int  // the lane that Prev belongs to; None: unknown
}

// Held is a struct klp_state as a callback saw it.
type Held struct {
	Version string // "none": NULL
	Data    string // the name of its data; empty: none
}

// Phase is the phase of a livepatch at some moment.
type Phase string

// The phases of a livepatch.
const (
	Absent     Phase = ""
	Loaded     Phase = "loaded" // disabled or replaced
	Patching   Phase = "patching"
	Enabled    Phase = "enabled"
	Unpatching Phase = "unpatching"
)

// moving reports whether a livepatch is in transition.
func (p Phase) moving() bool { return p == Patching || p == Unpatching }

// SPDX-License-Identifier: Apache-2.0

package paste

// kind is the kind of a line.
type kind string

// The kinds, as --explain shows them.
const (
	isText    kind = "text"    // of a mail, or of a script
	isBlank   kind = "blank"   // nothing
	isMark    kind = "mark"    // of a diff, a fence or a test runner
	isCommand kind = "command" // was typed
	isFailure kind = "failure" // a tool says why a command failed
	isTool    kind = "tool"    // a tool says what it has done
	isOutput  kind = "output"  // of a command
	isRecord  kind = "record"  // of the kernel's log, about livepatching
	isSymptom kind = "symptom" // of a fault
	isNoise   kind = "noise"   // of the kernel's log, about anything else
	isTest    kind = "test"    // a test begins
	isOther   kind = "other"   // belongs to another test, or another boot
)

// line is a line of the input on its way through the stages.
type line struct {
	n       int    // of the input, from 1
	raw     string // as it was pasted
	text    string // what is left of it
	stamped bool   // it had a log's stamp
	user    bool   // from a log, but by a process, not the kernel
	got     bool   // from the observed side of a diff
	sure    bool   // a command of a selftest's transcript
	gap     bool   // lines are missing before it
	kind    kind
	why     string
	symptom string // what it is part of: "WARNING klp_x"
}

// set records what a line is, and why.
func (l *line) set(k kind, why string) { l.kind, l.why = k, why }

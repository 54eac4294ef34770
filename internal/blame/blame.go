// SPDX-License-Identifier: Apache-2.0

package blame

import (
	"errors"
	"fmt"
	"strings"
)

// Party is the one at fault for an error.
type Party int

// The parties. An error without a type is the rig's: klptest never blames the
// kernel without proof.
const (
	Rig Party = iota
	Kernel
	User
)

func (p Party) String() string {
	return [...]string{"rig", "kernel", "user"}[p]
}

// Error is an error that names who is to blame.
type Error struct {
	Party   Party
	Summary string // one short line: what happened; empty when Err says everything
	Advice  string // what to do about it; may be a command
	Tail    string // the end of the log that shows the fault
	Path    string // where the whole log is
	Err     error  // the cause, if there is one

	// Transient means that another attempt may succeed.
	Transient bool
}

func (e *Error) Error() string {
	switch {
	case e.Err == nil:
		return e.Summary
	case e.Summary == "":
		return e.Err.Error()
	}
	return e.Summary + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Detail returns the whole message: the line, the advice, the tail, the path.
func (e *Error) Detail() string { return Detail(e) }

// rest returns what follows the line.
func (e *Error) rest() string {
	var b strings.Builder
	if e.Advice != "" {
		fmt.Fprintln(&b, e.Advice)
	}
	if e.Tail != "" {
		fmt.Fprintln(&b, strings.TrimRight(e.Tail, "\n"))
	}
	if e.Path != "" {
		fmt.Fprintln(&b, "full log:", e.Path)
	}
	return b.String()
}

// Of returns who is to blame for err: the outermost typed error decides.
func Of(err error) Party {
	var e *Error
	if errors.As(err, &e) {
		return e.Party
	}
	return Rig
}

// Userf makes an error that the user can fix.
func Userf(format string, args ...any) error { return newf(User, "", format, args...) }

// Rigf makes an error of the rig.
func Rigf(format string, args ...any) error { return newf(Rig, "", format, args...) }

// AdviseUserf is Userf with advice, which is not a format.
func AdviseUserf(advice, format string, args ...any) error {
	return newf(User, advice, format, args...)
}

// AdviseRigf is Rigf with advice, which is not a format.
func AdviseRigf(advice, format string, args ...any) error {
	return newf(Rig, advice, format, args...)
}

func newf(p Party, advice, format string, args ...any) error {
	return &Error{Party: p, Advice: advice, Err: fmt.Errorf(format, args...)}
}

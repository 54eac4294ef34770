// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// Job is a command and all processes that it starts.
type Job struct {
	Argv   []string      `json:"argv"` // a name without a slash is looked up in Env's PATH
	Env    []string      `json:"env"`  // the whole environment: nothing is inherited
	Dir    string        `json:"dir"`
	Output io.Writer     `json:"-"`             // gets the output, stderr included; may be nil
	Limit  time.Duration `json:"limit"`         // of wall time
	Grace  time.Duration `json:"grace"`         // from SIGTERM to SIGKILL; 0: SIGKILL at once
	Box    *Box          `json:"box,omitempty"` // nil: the job is trusted
}

// Ending is the reason why a job ended.
type Ending string

// The endings.
const (
	Exited    Ending = "exited"
	Cancelled Ending = "cancelled"
	OutOfTime Ending = "out of time"
	Broken    Ending = "broken" // it could not be started or confined
)

// Outcome is the way in which a job ended.
type Outcome struct {
	Ending Ending `json:"ending"`
	Code   int    `json:"code"`            // the command's exit status; -1 after a signal
	Killed bool   `json:"killed"`          // by a signal other than SIGTERM: it may have left half-written files
	Cause  string `json:"cause,omitempty"` // the error of a Broken job
}

// Err returns nil for a command that succeeded, and an [ExitStatus] for one that failed.
func (o Outcome) Err() error {
	switch {
	case o.Ending == Broken:
		return errors.New(o.Cause)
	case o.Ending != Exited:
		return errors.New(string(o.Ending))
	case o.Code < 0:
		return errors.New("ended by a signal")
	case o.Code > 0:
		return ExitStatus(o.Code)
	}
	return nil
}

// ExitStatus is the error of a command that failed by itself, without being
// ended.
type ExitStatus int

func (e ExitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// SPDX-License-Identifier: Apache-2.0

package kmods

import "time"

// job is what the supervisor runs. It travels as JSON through the pipe whose
// end tells the supervisor that its parent is gone.
type job struct {
	Argv  []string      `json:"argv"`
	Env   []string      `json:"env"`
	Dir   string        `json:"dir"`
	Log   string        `json:"log"`           // file for what the command prints
	Limit time.Duration `json:"limit"`         // of wall time
	Box   *sandbox      `json:"box,omitempty"` // nil: trusted
}

// ending is why a command ended.
type ending string

const (
	exited    ending = "exited"
	cancelled ending = "cancelled"
	outOfTime ending = "out of time"
	broken    ending = "broken" // it could not be started, or not be confined
)

// outcome is the supervisor's answer.
type outcome struct {
	Ending ending `json:"ending"`
	Code   int    `json:"code"`            // exit status; -1 after a signal
	Cause  string `json:"cause,omitempty"` // what is broken
}

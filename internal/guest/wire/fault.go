// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"errors"
	"fmt"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
)

// fault is an error on its way to the host. The guest's word alone never blames
// the kernel.
type fault struct {
	User    bool   `json:"user,omitempty"`
	Text    string `json:"text"`
	Advice  string `json:"advice,omitempty"`
	Overrun bool   `json:"overrun,omitempty"`
	Lost    uint64 `json:"lost,omitempty"`
}

func faultOf(err error) *fault {
	f := &fault{User: blame.Of(err) == blame.User, Text: err.Error()}
	if e := (*blame.Error)(nil); errors.As(err, &e) {
		f.Advice = e.Advice
	}
	if e := (*OverrunError)(nil); errors.As(err, &e) {
		f.Overrun, f.Lost = true, e.Lost
	}
	return f
}

func (f *fault) Err() error {
	if f.Overrun {
		return Overrun(f.Lost)
	}
	e := &blame.Error{
		Party:   blame.Rig,
		Summary: guest.Clip([]byte(f.Text), MaxFault),
		Advice:  guest.Clip([]byte(f.Advice), MaxFault),
	}
	if f.User {
		e.Party = blame.User
	}
	return e
}

// OverrunError says that the kernel overwrote records before they were read.
type OverrunError struct {
	Lost uint64 // 0 when the number is unknown
}

func (e *OverrunError) Error() string {
	if e.Lost == 0 {
		return "the kernel log overran: records lost"
	}
	return fmt.Sprintf("the kernel log overran: %d records lost", e.Lost)
}

func Overrun(lost uint64) error {
	return &blame.Error{
		Party:  blame.Rig,
		Err:    &OverrunError{Lost: lost},
		Advice: "give the guest a larger log, such as --kernel-args log_buf_len=8M",
	}
}

// WrongVersion returns the error of two sides with different protocols.
func WrongVersion(guest, host int) error {
	return &blame.Error{
		Party:   blame.Rig,
		Summary: fmt.Sprintf("the guest speaks version %d of the protocol, the host %d", guest, host),
		Advice:  "start a new guest with this klptest",
	}
}

// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"slices"
)

// Confirmation is the outcome of further runs of a failed case, each on a fresh
// guest. The zero value means that none was requested.
type Confirmation struct {
	Failed    int      `json:"failed"`              // runs that failed, the first one included
	Runs      int      `json:"runs"`                // runs that could be judged
	Unjudged  []string `json:"unjudged,omitempty"`  // headlines of further runs that were an ERROR
	Otherwise []string `json:"otherwise,omitempty"` // headlines of further runs that failed for another reason
	Skipped   bool     `json:"skipped,omitempty"`   // it was not run again: that would have taken too much of the run's time
	Shared    bool     `json:"shared,omitempty"`    // the first run was on a guest that had served other cases
}

// Flaky reports whether the case has both failed and passed.
func (c Confirmation) Flaky() bool { return c.Failed < c.Runs }

// String returns "2 of 3" and its meaning; empty when there is nothing to say.
func (c Confirmation) String() string {
	switch {
	case c.Runs == 0 && c.Skipped:
		return "not tried again, to save time"
	case c.Runs == 0:
		return ""
	}
	text := fmt.Sprintf("%d of %d", c.Failed, c.Runs)
	switch {
	case c.Skipped:
		text += ", not confirmed, to save time"
	case c.Flaky() && c.Failed == 1 && c.Shared:
		text += ": passes on a fresh guest, so an earlier case has changed the shared one"
	case c.Flaky():
		text += ": not deterministic"
	}
	if len(c.Otherwise) > 0 {
		text += ", for different reasons"
	}
	switch n := len(c.Unjudged); {
	case n == 1:
		text += ", and one run could not be judged"
	case n > 1:
		text += fmt.Sprintf(", and %d runs could not be judged", n)
	}
	return text
}

// Discarded is a run that does not count: an ERROR that another attempt may not
// have, or a result from a guest that had served other cases.
type Discarded struct {
	Reason string `json:"reason"`           // its headline
	Log    string `json:"log,omitempty"`    // path of the full log, when it was kept
	Shared bool   `json:"shared,omitempty"` // the guest had served other cases
}

// Confirm adds a further run of the case, on a fresh guest, to a FAIL.
func (r Result) Confirm(again Result) Result {
	c := &r.Confirmation
	if c.Runs == 0 {
		c.Failed, c.Runs = 1, 1
	}
	switch again.Verdict {
	case Pass:
		c.Runs++
	case Fail:
		c.Runs++
		c.Failed++
		if why := again.Headline(); !SameReason(again, r) && !slices.Contains(c.Otherwise, why) {
			c.Otherwise = append(c.Otherwise, why)
		}
	default:
		c.Unjudged = append(c.Unjudged, again.Headline())
	}
	return r
}

// Unconfirmed marks a FAIL as not confirmed for lack of time.
func (r Result) Unconfirmed() Result {
	r.Confirmation.Skipped = true
	if r.Verdict == Fail {
		r.Confirmation.Failed, r.Confirmation.Runs = 1, 1
	}
	return r
}

// Replace returns another attempt's result when the first one does not count.
func (r Result) Replace(again Result) Result {
	again.Discarded = append(slices.Clip(r.Discarded), Discarded{Reason: r.Headline(), Log: r.Log, Shared: r.Confirmation.Shared})
	return again
}

// Headline returns the first reason; empty when there is none.
func (r Result) Headline() string {
	if len(r.Reasons) == 0 {
		return ""
	}
	return r.Reasons[0]
}

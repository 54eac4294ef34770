// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/patience"
)

// How long the guest may take: much more than it needs under emulation, so that
// only a dead or a hostile one exceeds it.
const (
	grace    = 60 * time.Second // for an answer, beside a step's own limit
	silence  = 30 * time.Second // between two lines: the agent sends one each pulse
	farewell = time.Second      // for the end of a session
)

// call sends a request and waits for all of its answer. Neither a read nor a
// write ends while the guest is silent, so both are left to a goroutine that
// ends with the SSH connection, at the latest.
func (c *Client) call(ctx context.Context, limit time.Duration, req request) (reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		return reply{}, c.broken
	}
	ctx, cancel := patience.WithTimeoutCause(ctx, limit, c.starved,
		blame.Rigf("the guest did not answer %q in %v", req.Op, limit))
	defer cancel()
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	silent := patience.After(silence, c.starved, func() { giveUp(fellSilent(req.Op)) })
	defer silent.Stop()
	c.id++
	req.ID = c.id
	type result struct {
		reply
		error
	}
	done := make(chan result, 1)
	go func() {
		r, err := c.exchange(req, silent.Reset)
		done <- result{r, err}
	}()
	select {
	case r := <-done:
		return c.settled(r.reply, r.error)
	case <-ctx.Done():
		c.broken = context.Cause(ctx)
		go c.session.Close() // blocks when the guest takes nothing
		return reply{}, c.broken
	}
}

func (c *Client) settled(r reply, err error) (reply, error) {
	if err != nil {
		c.broken = err
		c.session.Close()
		return reply{}, err
	}
	if r.Fault != nil {
		return reply{}, r.Fault.err()
	}
	return r, nil
}

// exchange calls heard for each line.
func (c *Client) exchange(req request, heard func()) (reply, error) {
	if err := writeLine(c.out, req); err != nil {
		return reply{}, gone(req.Op, err)
	}
	var records []machine.Record
	var said machine.Volume
	for total := 0; ; {
		line, err := readLine(c.in)
		if err != nil {
			return reply{}, gone(req.Op, err)
		}
		heard()
		if total += len(line); total > maxTotal {
			return reply{}, machine.Flooded()
		}
		var r reply
		if err := json.Unmarshal(line, &r); err != nil {
			return reply{}, fmt.Errorf("the guest's answer is no JSON: %w", err)
		}
		if r.ID != req.ID {
			return reply{}, blame.Rigf("the guest answered request %d, not %d", r.ID, req.ID)
		}
		if err := said.Add("", r.Records); err != nil {
			return reply{}, err
		}
		if records = append(records, r.Records...); !r.More {
			r.Records = records
			return r, nil
		}
	}
}

// SilentError is a guest that has said nothing for a time in which it had a
// CPU, if it wanted one.
type SilentError struct{ err *blame.Error }

func (e *SilentError) Error() string { return e.err.Error() }
func (e *SilentError) Unwrap() error { return e.err }

func fellSilent(op operation) error {
	return &SilentError{&blame.Error{
		Party:   blame.Rig,
		Summary: fmt.Sprintf("the guest fell silent: nothing for %v while it was at %q", silence, op),
		Advice:  "a case that stops the agent ends so, and so does a kernel that hangs: see the full log's end",
	}}
}

// gone is a session that the guest has ended. With the guest itself gone, its
// owner knows better (see vm.VM.Death).
func gone(op operation, err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.ErrClosedPipe) {
		return fmt.Errorf("the session with the guest's agent: %w", err)
	}
	e := &blame.Error{Party: blame.Rig, Summary: fmt.Sprintf("the guest's agent ended while it was at %q", op)}
	if op == opStep {
		e.Summary = "the case ended the guest's agent, or the agent died of a fault of its own"
		e.Advice = `the full log says how it ended: grep "the agent died"`
	}
	return e
}

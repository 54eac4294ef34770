// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/wire"
	"github.com/klptest/klptest/internal/patience"
)

// How long the guest may take: much longer than it needs under emulation, so
// that only a dead or hostile one exceeds it.
const (
	grace    = 60 * time.Second // for an answer, on top of a step's own limit
	silence  = 30 * time.Second // between two lines: the agent sends one at each pulse
	farewell = time.Second      // for the end of a session
)

// call sends a request and waits for the whole answer. Reads and writes block
// while the guest is silent, so a goroutine does both; it ends with the SSH
// connection at the latest.
func (c *Client) call(ctx context.Context, limit time.Duration, req wire.Request) (wire.Reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		return wire.Reply{}, c.broken
	}
	lag := newLag(c.time.Starved)
	ctx, cancel := patience.WithTimeoutCause(ctx, limit, lag.total,
		blame.Rigf("the guest did not answer %q in %v", req.Op, limit))
	defer cancel()
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	silent := patience.After(silence, c.time.Starved, func() { giveUp(fellSilent(req.Op)) })
	defer silent.Stop()
	c.id++
	req.ID = c.id
	type result struct {
		wire.Reply
		error
	}
	done := make(chan result, 1)
	go func() {
		r, err := c.exchange(req, func(r wire.Reply) {
			silent.Reset()
			if c.time.Jumps && req.Op == wire.OpStep && r.Elapsed > 0 {
				lag.heard(r.Elapsed)
			}
		})
		done <- result{r, err}
	}()
	select {
	case r := <-done:
		return c.settled(r.Reply, r.error)
	case <-ctx.Done():
		c.broken = context.Cause(ctx)
		go c.session.Close() // blocks when the guest reads nothing
		return wire.Reply{}, c.broken
	}
}

func (c *Client) settled(r wire.Reply, err error) (wire.Reply, error) {
	if err != nil {
		c.broken = err
		c.session.Close()
		return wire.Reply{}, err
	}
	if r.Fault != nil {
		return wire.Reply{}, r.Fault.Err()
	}
	return r, nil
}

// exchange calls heard for each line.
func (c *Client) exchange(req wire.Request, heard func(wire.Reply)) (wire.Reply, error) {
	if err := wire.WriteLine(c.out, req); err != nil {
		return wire.Reply{}, gone(req.Op, err)
	}
	var records []machine.Record
	var counters []wire.Chunk
	var said machine.Volume
	for total := 0; ; {
		line, err := wire.ReadLine(c.in)
		if err != nil {
			return wire.Reply{}, gone(req.Op, err)
		}
		if total += len(line); total > wire.MaxTotal {
			return wire.Reply{}, machine.Flooded()
		}
		var r wire.Reply
		if err := json.Unmarshal(line, &r); err != nil {
			return wire.Reply{}, fmt.Errorf("the guest's answer is not JSON: %w", err)
		}
		heard(r)
		if r.ID != req.ID {
			return wire.Reply{}, blame.Rigf("the guest answered request %d, not %d", r.ID, req.ID)
		}
		if err := said.Add("", r.Records); err != nil {
			return wire.Reply{}, err
		}
		records, counters = append(records, r.Records...), append(counters, r.Counters...)
		if len(counters) > len(req.Names) {
			return wire.Reply{}, unasked(counters[len(counters)-1])
		}
		if !r.More {
			r.Records, r.Counters = records, counters
			return r, nil
		}
	}
}

func unasked(c wire.Chunk) error {
	return blame.Rigf("the guest has counters that nobody asked for: %.80q", c.Name)
}

// SilentError is the error of a guest that has been silent although the host
// gave it CPU time whenever it asked.
type SilentError struct{ err *blame.Error }

func (e *SilentError) Error() string { return e.err.Error() }
func (e *SilentError) Unwrap() error { return e.err }

func fellSilent(op wire.Operation) error {
	return &SilentError{&blame.Error{
		Party:   blame.Rig,
		Summary: fmt.Sprintf("the guest fell silent: nothing for %v during %q", silence, op),
		Advice:  "the case has stopped the agent, or the kernel hangs: see the end of the full log",
	}}
}

// gone returns the error of a session that the guest has ended. If the guest
// itself is gone, its owner knows better (see vm.VM.Death).
func gone(op wire.Operation, err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.ErrClosedPipe) {
		return fmt.Errorf("the session with the guest's agent: %w", err)
	}
	e := &blame.Error{Party: blame.Rig, Summary: fmt.Sprintf("the guest's agent ended during %q", op)}
	if op == wire.OpStep {
		e.Summary = "the case ended the guest's agent, or the agent died of its own fault"
		e.Advice = `the full log says how it ended: grep "the agent died"`
	}
	return e
}

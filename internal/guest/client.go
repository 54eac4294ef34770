// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/blame"
)

// grace is how long the guest may take for anything beside a step's own limit:
// much more than it needs under emulation, so that only a dead one exceeds it.
const grace = 60 * time.Second

// Client is the host's end of a session with the agent: a [cases.Machine].
// Calls follow one another; a second one waits. A call that fails otherwise
// than by the guest's own word, or is cancelled, ends the session: all later
// ones fail with the same error.
type Client struct {
	session io.Closer
	in      *bufio.Reader
	out     io.Writer

	mu     sync.Mutex // one call at a time
	id     uint64
	put    map[string]bool
	broken error
}

var _ cases.Machine = (*Client)(nil)

// newClient greets the agent at the other end of rw.
func newClient(ctx context.Context, rw io.ReadWriteCloser) (*Client, error) {
	c := &Client{
		session: rw,
		in:      bufio.NewReaderSize(rw, 64<<10),
		out:     rw,
		put:     map[string]bool{},
	}
	r, err := c.call(ctx, grace, request{Op: opHello, Version: protocolVersion})
	if err == nil && r.Version != protocolVersion {
		err = wrongVersion(r.Version, protocolVersion)
	}
	if err != nil {
		rw.Close()
		return nil, err
	}
	return c, nil
}

// Close ends the session. The SSH connection stays its owner's.
func (c *Client) Close() error {
	if err := c.session.Close(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// Facts is [cases.Machine]'s. Config is nil unless the kernel has
// CONFIG_IKCONFIG_PROC.
func (c *Client) Facts(ctx context.Context, attrs []string) (cases.Facts, error) {
	r, err := c.call(ctx, grace, request{Op: opFacts, Attrs: attrs})
	if err != nil || r.Facts == nil {
		return cases.Facts{}, orEmpty(err)
	}
	return *r.Facts, nil
}

// Begin is [cases.Machine]'s.
func (c *Client) Begin(ctx context.Context) error {
	_, err := c.call(ctx, grace, request{Op: opBegin})
	return err
}

// Step is [cases.Machine]'s. A kernel log that overran is an [OverrunError].
func (c *Client) Step(ctx context.Context, cmd cases.Command, limit time.Duration) (cases.Answer, error) {
	r, err := c.call(ctx, limit+grace, request{Op: opStep, Command: &cmd, Limit: limit})
	if err != nil || r.Answer == nil {
		return cases.Answer{}, orEmpty(err)
	}
	r.Answer.Records = r.Records
	return *r.Answer, nil
}

// End is [cases.Machine]'s.
func (c *Client) End(ctx context.Context) (cases.EndState, error) {
	r, err := c.call(ctx, grace, request{Op: opEnd})
	if err != nil || r.End == nil {
		return cases.EndState{}, orEmpty(err)
	}
	r.End.Records = r.Records
	return *r.End, nil
}

// Put stores data as the module NAME.ko in the guest's memory, for insmod.
func (c *Client) Put(ctx context.Context, name string, data []byte) error {
	for first := true; first || len(data) > 0; first = false {
		n := min(len(data), chunkSize)
		piece := &chunk{Name: name, Data: data[:n], First: first}
		if _, err := c.call(ctx, grace, request{Op: opPut, Put: piece}); err != nil {
			return fmt.Errorf("sending module %s: %w", name, err)
		}
		data = data[n:]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put[name] = true
	return nil
}

// Has tells whether NAME was put on this connection.
func (c *Client) Has(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.put[name]
}

func orEmpty(err error) error {
	if err != nil {
		return err
	}
	return blame.Rigf("the guest's answer is empty")
}

// call sends a request and waits for all of its answer. Neither a read nor a
// write ends while the guest is silent, so both are left to a goroutine that
// ends with the SSH connection, at the latest.
func (c *Client) call(ctx context.Context, limit time.Duration, req request) (reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		return reply{}, c.broken
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit,
		blame.Rigf("the guest did not answer %q in %v", req.Op, limit))
	defer cancel()
	c.id++
	req.ID = c.id
	type result struct {
		reply
		error
	}
	done := make(chan result, 1)
	go func() {
		r, err := c.exchange(req)
		done <- result{r, err}
	}()
	select {
	case r := <-done:
		return c.settled(r.reply, r.error)
	case <-ctx.Done():
		c.broken = context.Cause(ctx)
		c.session.Close()
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

func (c *Client) exchange(req request) (reply, error) {
	if err := writeLine(c.out, req); err != nil {
		return reply{}, gone(err)
	}
	var records []cases.Record
	for total := 0; ; {
		line, err := readLine(c.in)
		if err != nil {
			return reply{}, gone(err)
		}
		if total += len(line); total > maxTotal {
			return reply{}, flooded()
		}
		var r reply
		if err := json.Unmarshal(line, &r); err != nil {
			return reply{}, fmt.Errorf("the guest's answer is no JSON: %w", err)
		}
		if r.ID != req.ID {
			return reply{}, blame.Rigf("the guest answered request %d, not %d", r.ID, req.ID)
		}
		if records = append(records, r.Records...); !r.More {
			r.Records = records
			return r, nil
		}
	}
}

func gone(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) {
		return blame.Rigf("the guest's agent ended the session")
	}
	return fmt.Errorf("the session with the guest's agent: %w", err)
}

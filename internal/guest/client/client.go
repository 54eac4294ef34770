// SPDX-License-Identifier: Apache-2.0

package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/wire"
)

// Client is the host's end of a session with the agent: a [machine.Machine].
// Calls run one at a time; a second one waits. A call that is cancelled, or
// fails without the guest reporting an error, ends the session: all later calls
// fail with the same error.
type Client struct {
	// Config is the kernel's configuration, if the caller knows it: the
	// guest takes longer to unpack its own than to run a step.
	Config map[string]string

	time    Time
	session io.Closer
	in      *bufio.Reader
	out     io.Writer

	mu     sync.Mutex // one call at a time
	id     uint64
	broken error
}

var _ machine.Machine = (*Client)(nil)

// New opens a session with the agent at the other end of any stream, which the
// client then owns; see [Connect] for an SSH connection.
func New(ctx context.Context, rw io.ReadWriteCloser, t Time) (*Client, error) {
	c := &Client{
		time:    t,
		session: rw,
		in:      bufio.NewReaderSize(rw, 64<<10),
		out:     rw,
	}
	r, err := c.call(ctx, grace, wire.Request{Op: wire.OpHello, Version: wire.Version, Jumps: t.Jumps})
	if err == nil && r.Version != wire.Version {
		err = wire.WrongVersion(r.Version, wire.Version)
	}
	if err != nil {
		rw.Close()
		return nil, err
	}
	return c, nil
}

// Close ends the session. It leaves the SSH connection to its owner.
func (c *Client) Close() error {
	done := make(chan error, 1)
	go func() { done <- c.session.Close() }() // blocks when the guest reads nothing
	select {
	case err := <-done:
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	case <-time.After(farewell):
		return blame.Rigf("the guest did not let its session end in %v", farewell)
	}
}

// Facts implements [machine.Machine]. Its Config is the client's or, when that
// is nil, the one that a kernel with CONFIG_IKCONFIG_PROC shows.
func (c *Client) Facts(ctx context.Context, attrs []string) (machine.Facts, error) {
	r, err := c.call(ctx, grace, wire.Request{Op: wire.OpFacts, Attrs: attrs, Config: c.Config == nil})
	if err != nil || r.Facts == nil {
		return machine.Facts{}, orEmpty(err)
	}
	r.Facts.Release = guest.Clip([]byte(r.Facts.Release), wire.MaxRelease)
	if c.Config != nil {
		r.Facts.Config = c.Config
	}
	return *r.Facts, nil
}

// Survey returns what the machine says about itself.
func (c *Client) Survey(ctx context.Context) (wire.Survey, error) {
	r, err := c.call(ctx, grace, wire.Request{Op: wire.OpSurvey})
	if err != nil || r.Survey == nil {
		return wire.Survey{}, orEmpty(err)
	}
	return r.Survey.Bounded(), nil
}

// Begin implements [machine.Machine].
func (c *Client) Begin(ctx context.Context) error {
	_, err := c.call(ctx, grace, wire.Request{Op: wire.OpBegin})
	return err
}

// Step implements [machine.Machine]. An overrun of the kernel log is an error.
func (c *Client) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	r, err := c.call(ctx, limit+grace, wire.Request{Op: wire.OpStep, Command: &cmd, Limit: limit})
	if err != nil || r.Answer == nil {
		return machine.Answer{}, orEmpty(err)
	}
	r.Answer.Records = r.Records
	if s := r.Answer.Stall; s != nil { // the host knows better
		s.Limit, s.Starved = limit, false
	}
	return *r.Answer, nil
}

// End implements [machine.Machine].
func (c *Client) End(ctx context.Context) (machine.EndState, error) {
	r, err := c.call(ctx, grace, wire.Request{Op: wire.OpEnd})
	if err != nil || r.End == nil {
		return machine.EndState{}, orEmpty(err)
	}
	r.End.Records = r.Records
	return *r.End, nil
}

// Put stores data as the module NAME.ko in the guest's memory, for insmod.
func (c *Client) Put(ctx context.Context, name string, data []byte) error {
	if err := c.send(ctx, name, false, data); err != nil {
		return fmt.Errorf("sending module %s: %w", name, err)
	}
	return nil
}

// PutFile stores data as a file below guest.CaseFiles, for commands.
func (c *Client) PutFile(ctx context.Context, name string, data []byte) error {
	if err := c.send(ctx, name, true, data); err != nil {
		return fmt.Errorf("sending %s: %w", name, err)
	}
	return nil
}

func (c *Client) send(ctx context.Context, name string, file bool, data []byte) error {
	for first := true; first || len(data) > 0; first = false {
		n := min(len(data), wire.ChunkSize)
		piece := &wire.Chunk{Name: name, File: file, Data: data[:n], First: first}
		if _, err := c.call(ctx, grace, wire.Request{Op: wire.OpPut, Put: piece}); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// ResetCounters sets the kernel's counts of the lines that it runs to zero.
func (c *Client) ResetCounters(ctx context.Context) error {
	_, err := c.call(ctx, grace, wire.Request{Op: wire.OpReset})
	return err
}

// Counters returns what the kernel has counted since: the contents of each file
// in debugfs whose path ends with one of those names. They are only the guest's
// word.
func (c *Client) Counters(ctx context.Context, names []string) (map[string][]byte, error) {
	r, err := c.call(ctx, grace, wire.Request{Op: wire.OpCounters, Names: names})
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, f := range r.Counters {
		if _, twice := files[f.Name]; twice || !slices.Contains(names, f.Name) {
			return nil, unasked(f)
		}
		files[f.Name] = f.Data
	}
	return files, nil
}

// Usable reports whether a call can succeed: after the session breaks, none can.
func (c *Client) Usable() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken == nil
}

func orEmpty(err error) error {
	if err != nil {
		return err
	}
	return blame.Rigf("the guest's answer is empty")
}

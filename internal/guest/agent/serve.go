// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/wire"
)

// Serve answers one session's requests until the other side goes, which also
// ends the request at hand.
func (a *Agent) Serve(rw io.ReadWriter) error {
	defer a.close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	requests := make(chan wire.Request)
	var failure error
	go func() {
		defer close(requests)
		defer cancel()
		failure = receive(ctx, bufio.NewReader(rw), requests)
	}()
	for req := range requests {
		err := a.answer(ctx, rw, req)
		if ctx.Err() != nil {
			break // nobody is there to read it
		}
		if err != nil {
			return err
		}
	}
	for range requests { // until receive has ended
	}
	return failure
}

// answer says each pulse that it is still at the request, because a host that
// hears nothing gives the guest up.
func (a *Agent) answer(ctx context.Context, w io.Writer, req wire.Request) error {
	done := make(chan wire.Reply, 1)
	go func() { done <- a.handle(ctx, req) }()
	tick := time.NewTicker(wire.Pulse)
	defer tick.Stop()
	for {
		select {
		case r := <-done:
			return send(w, req.ID, r)
		case <-tick.C:
			_ = wire.WriteLine(w, wire.Reply{ID: req.ID, More: true}) // the answer will fail, too
		}
	}
}

func receive(ctx context.Context, r *bufio.Reader, requests chan<- wire.Request) error {
	for {
		line, err := wire.ReadLine(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		var req wire.Request
		if err == nil {
			err = json.Unmarshal(line, &req)
		}
		if err != nil {
			return fmt.Errorf("bad request: %w", err)
		}
		select {
		case requests <- req:
		case <-ctx.Done():
			return nil
		}
	}
}

// send writes one answer: the records in lines of their own, then the rest.
func send(w io.Writer, id uint64, r wire.Reply) error {
	for _, part := range wire.Batches(r.TakeRecords()) {
		if err := wire.WriteLine(w, wire.Reply{ID: id, More: true, Records: part}); err != nil {
			return err
		}
	}
	r.ID = id
	err := wire.WriteLine(w, r)
	if errors.Is(err, wire.ErrLongLine) {
		return wire.WriteLine(w, wire.Reply{ID: id, Fault: wire.FaultOf(fmt.Errorf("the guest's answer: %w", err))})
	}
	return err
}

func (a *Agent) handle(ctx context.Context, req wire.Request) wire.Reply {
	var r wire.Reply
	err := a.dispatch(ctx, req, &r)
	if err != nil {
		return wire.Reply{Fault: wire.FaultOf(err)}
	}
	return r
}

func (a *Agent) dispatch(ctx context.Context, req wire.Request, r *wire.Reply) error {
	switch req.Op {
	case wire.OpHello:
		r.Version = wire.Version
		if req.Version != wire.Version {
			return wire.WrongVersion(wire.Version, req.Version)
		}
		return a.usable()
	case wire.OpFacts:
		facts, err := a.facts(req.Attrs, req.Config)
		r.Facts = &facts
		return err
	case wire.OpBegin:
		return a.Begin(ctx)
	case wire.OpEnd:
		end, err := a.End(ctx)
		r.End = &end
		return err
	case wire.OpStep:
		return a.dispatchStep(ctx, req, r)
	case wire.OpPut:
		if req.Put == nil {
			return blame.Rigf("a put without data")
		}
		return a.put(req.Put.Name, req.Put.Data, req.Put.First)
	case wire.OpQuiesce:
		return a.quiesce(ctx, req.HZ)
	case wire.OpRenew:
		return a.renew(req.Renew)
	}
	return blame.Rigf("the guest does not know the operation %.40q", req.Op)
}

func (a *Agent) dispatchStep(ctx context.Context, req wire.Request, r *wire.Reply) error {
	if req.Command == nil {
		return blame.Rigf("a step without a command")
	}
	answer, err := a.Step(ctx, *req.Command, req.Limit)
	r.Answer = &answer
	return err
}

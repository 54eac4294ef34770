// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

// serve answers one session's requests until the other side goes, which also
// ends the request at hand.
func (a *agent) serve(rw io.ReadWriter) error {
	defer a.close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	requests := make(chan request)
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
func (a *agent) answer(ctx context.Context, w io.Writer, req request) error {
	done := make(chan reply, 1)
	go func() { done <- a.handle(ctx, req) }()
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	for {
		select {
		case r := <-done:
			return send(w, req.ID, r)
		case <-tick.C:
			_ = writeLine(w, reply{ID: req.ID, More: true}) // the answer will fail, too
		}
	}
}

func receive(ctx context.Context, r *bufio.Reader, requests chan<- request) error {
	for {
		line, err := readLine(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		var req request
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
func send(w io.Writer, id uint64, r reply) error {
	for _, part := range batches(r.takeRecords()) {
		if err := writeLine(w, reply{ID: id, More: true, Records: part}); err != nil {
			return err
		}
	}
	r.ID = id
	err := writeLine(w, r)
	if errors.Is(err, errLongLine) {
		return writeLine(w, reply{ID: id, Fault: faultOf(fmt.Errorf("the guest's answer: %w", err))})
	}
	return err
}

func (r *reply) takeRecords() (records []machine.Record) {
	switch {
	case r.Answer != nil:
		records, r.Answer.Records = r.Answer.Records, nil
	case r.End != nil:
		records, r.End.Records = r.End.Records, nil
	}
	return records
}

func (a *agent) handle(ctx context.Context, req request) reply {
	var r reply
	err := a.dispatch(ctx, req, &r)
	if err != nil {
		return reply{Fault: faultOf(err)}
	}
	return r
}

func (a *agent) dispatch(ctx context.Context, req request, r *reply) error {
	switch req.Op {
	case opHello:
		r.Version = protocolVersion
		if req.Version != protocolVersion {
			return wrongVersion(protocolVersion, req.Version)
		}
		return a.usable()
	case opFacts:
		facts, err := a.facts(req.Attrs, req.Config)
		r.Facts = &facts
		return err
	case opBegin:
		return a.Begin(ctx)
	case opEnd:
		end, err := a.End(ctx)
		r.End = &end
		return err
	case opStep:
		return a.dispatchStep(ctx, req, r)
	case opPut:
		if req.Put == nil {
			return blame.Rigf("a put without data")
		}
		return a.put(req.Put.Name, req.Put.Data, req.Put.First)
	case opQuiesce:
		return a.quiesce(ctx, req.HZ)
	case opRenew:
		return a.renew(req.Renew)
	}
	return blame.Rigf("the guest does not know the operation %.40q", req.Op)
}

func (a *agent) dispatchStep(ctx context.Context, req request, r *reply) error {
	if req.Command == nil {
		return blame.Rigf("a step without a command")
	}
	answer, err := a.Step(ctx, *req.Command, req.Limit)
	r.Answer = &answer
	return err
}

func wrongVersion(guest, host int) error {
	return &blame.Error{
		Party:   blame.Rig,
		Summary: fmt.Sprintf("the guest speaks version %d of the protocol, the host %d", guest, host),
		Advice:  "let the guest be made again by the klptest that is used",
	}
}

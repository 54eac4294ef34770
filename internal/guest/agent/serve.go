// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"io"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/wire"
)

// Serve answers one session's requests until the other side goes away, which
// also ends the current request.
func (a *Agent) Serve(rw io.ReadWriter) error {
	defer a.endOthers()
	defer a.close()
	return wire.Serve(rw, func(ctx context.Context, req wire.Request) (r wire.Reply, err error) {
		a.awake(false)
		defer a.awake(true)
		err = a.dispatch(ctx, req, &r)
		return r, err
	})
}

// awake keeps the guest from being idle while it waits for its host: in a guest whose
// time jumps, hours would pass. During a request it may be idle, so that the events the
// kernel waits for come at once.
func (a *Agent) awake(on bool) {
	if a.jumps && a.StayAwake != nil {
		a.StayAwake(on)
	}
}

func (a *Agent) dispatch(ctx context.Context, req wire.Request, r *wire.Reply) (err error) {
	switch req.Op {
	case wire.OpHello:
		r.Version, a.jumps = wire.Version, req.Jumps
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
		return a.dispatchPut(req.Put)
	case wire.OpReset:
		return a.resetCounters()
	case wire.OpCounters:
		r.Counters, err = a.counters(req.Names)
		return err
	case wire.OpQuiesce:
		return a.quiesce(ctx, req.HZ)
	case wire.OpRenew:
		return a.renew(req.Renew)
	case wire.OpSurvey:
		survey, err := a.survey()
		r.Survey = &survey
		return err
	}
	return blame.Rigf("the guest does not know the operation %.40q", req.Op)
}

func (a *Agent) dispatchPut(piece *wire.Chunk) error {
	if piece == nil {
		return blame.Rigf("a put without data")
	}
	put := a.put
	if piece.File {
		put = a.putFile
	}
	return put(piece.Name, piece.Data, piece.First)
}

func (a *Agent) dispatchStep(ctx context.Context, req wire.Request, r *wire.Reply) error {
	if req.Command == nil {
		return blame.Rigf("a step without a command")
	}
	answer, err := a.Step(ctx, *req.Command, req.Limit)
	r.Answer = &answer
	return err
}

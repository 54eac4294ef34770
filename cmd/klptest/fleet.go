// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/rig"
)

// ship is a guest of a fleet.
type ship interface {
	cases.Machine
	Exited() <-chan struct{} // closed when it has died
	Death() error            // why; it carries its blame
	Close() error
}

// fleet runs cases on guests that serve one case after another, as long as
// each leaves its guest clean.
type fleet struct {
	launch func(context.Context) (ship, error)
	jobs   int

	mu   sync.Mutex
	idle []ship
}

// newFleet is of a rig's guests.
func newFleet(r *rig.Rig, jobs int) *fleet {
	return &fleet{jobs: jobs, launch: func(ctx context.Context) (ship, error) {
		g, err := r.Guest(ctx, nil)
		if err != nil {
			return nil, err
		}
		return guestShip{g.Agent, g}, nil
	}}
}

type guestShip struct {
	cases.Machine
	g *rig.Guest
}

func (s guestShip) Exited() <-chan struct{} { return s.g.VM.Exited() }
func (s guestShip) Death() error            { return s.g.VM.Death() }
func (s guestShip) Close() error            { return s.g.Close() }

// run runs the cases, side by side, and returns the results in their order.
func (f *fleet) run(ctx context.Context, list []*cases.Case) ([]cases.Result, error) {
	results := make([]cases.Result, len(list))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(f.jobs)
	for i, c := range list {
		group.Go(func() (err error) {
			results[i], err = f.runCase(ctx, c)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return results, nil
}

func (f *fleet) runCase(ctx context.Context, c *cases.Case) (cases.Result, error) {
	s, err := f.get(ctx)
	if err != nil {
		return cases.Result{}, err
	}
	res := runWhileAlive(ctx, s, c)
	if res.Verdict == cases.Pass && len(c.Leaves) == 0 && c.Taints == 0 {
		f.mu.Lock()
		f.idle = append(f.idle, s)
		f.mu.Unlock()
		return res, nil
	}
	_ = s.Close() // that it does not end cleanly is no news about the case
	return res, context.Cause(ctx)
}

func (f *fleet) get(ctx context.Context) (ship, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.idle); n > 0 {
		s := f.idle[n-1]
		f.idle = f.idle[:n-1]
		return s, nil
	}
	return f.launch(ctx)
}

// runWhileAlive runs a case until it ends or the guest dies. A death is the
// result then, in place of the broken connection that comes of it.
func runWhileAlive(ctx context.Context, s ship, c *cases.Case) cases.Result {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-s.Exited():
			cancel()
		case <-inner.Done():
		}
	}()
	res := cases.Run(inner, s, c)
	select {
	case <-s.Exited():
		if ctx.Err() == nil {
			return cases.Broken(c, s.Death())
		}
	default:
	}
	return res
}

// close ends the guests that nobody uses.
func (f *fleet) close() {
	for _, s := range f.idle {
		_ = s.Close()
	}
}

// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"sync"

	"github.com/klptest/klptest/internal/blame"
)

// each is a source that gives every test its own guest. While tests run, it
// prepares the next guest, as long as one will be needed.
type each struct {
	make   maker
	warm   bool            // make guests ahead
	ctx    context.Context // of guests made ahead
	cancel context.CancelFunc
	work   sync.WaitGroup // guests being made ahead or closed

	mu     sync.Mutex
	wanted map[shape]int       // guests still to be requested
	ready  map[shape]chan made // made or being made ahead
	errs   error               // from closing guests
}

// made is the result of a maker.
type made struct {
	guest instance
	err   error
}

// newEach makes a source; wanted is the number of guests needed of each shape.
func newEach(ctx context.Context, m maker, warm bool, wanted map[shape]int) *each {
	e := &each{make: m, warm: warm, wanted: wanted, ready: map[shape]chan made{}}
	e.ctx, e.cancel = context.WithCancel(ctx)
	return e
}

func (e *each) get(ctx context.Context, s shape) (g instance, used bool, err error) {
	e.mu.Lock()
	e.wanted[s]--
	ahead := e.ready[s]
	delete(e.ready, s)
	e.mu.Unlock()
	g, err = e.take(ctx, s, ahead)
	if err == nil {
		e.ahead(s)
	}
	return g, false, err
}

// take waits for the guest that was made ahead, or makes one.
func (e *each) take(ctx context.Context, s shape, ahead chan made) (instance, error) {
	if ahead == nil {
		return e.make(ctx, s)
	}
	m := <-ahead
	if m.err != nil {
		return nil, m.err
	}
	if err := m.guest.wake(ctx); err != nil {
		e.put(s, m.guest, false)
		return nil, err
	}
	return m.guest, nil
}

// ahead starts making the next guest of a shape, if one will be wanted and none is being
// made.
func (e *each) ahead(s shape) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.warm || e.wanted[s] <= 0 || e.ready[s] != nil {
		return
	}
	next := make(chan made, 1)
	e.ready[s] = next
	e.work.Go(func() {
		next <- e.resting(s)
	})
}

// resting makes a guest and stops it, so that it uses no processor time, and its
// test starts at the same point of the guest's life as in every clone (see
// client.Client.Quiesce).
func (e *each) resting(s shape) made {
	g, err := e.make(e.ctx, s)
	if err != nil {
		return made{err: err}
	}
	if err := g.rest(e.ctx); err != nil {
		_ = g.Close() // err says more than its error
		return made{err: err}
	}
	return made{guest: g}
}

// put closes the guest in the background.
func (e *each) put(_ shape, g instance, _ bool) {
	e.work.Go(func() { e.end(g) })
}

func (e *each) end(g instance) {
	err := g.Close()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.errs = blame.Join(e.errs, err)
}

func (e *each) close() error {
	e.cancel()
	e.mu.Lock()
	ready := e.ready
	e.ready = nil
	e.mu.Unlock()
	for _, ahead := range ready {
		if m := <-ahead; m.err == nil {
			e.end(m.guest)
		}
	}
	e.work.Wait()
	return e.errs
}

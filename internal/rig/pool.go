// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"

	"github.com/hashicorp/go-multierror"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/kmods"
)

// shape is what a case may ask of a machine; 0 is vm's default.
type shape struct{ cpus, memory int }

// instance is a running guest as a run needs it.
type instance interface {
	// machine is the guest as a case sees it; step hears each command.
	machine(step func(text string)) cases.Machine
	// put copies the modules into the guest that it does not have yet.
	put(ctx context.Context, modules []kmods.Module) error
	// traces are the path of the console log and the QEMU command line.
	traces() (log, qemu string)
	Close() error
}

// pool has one running guest of each shape that was asked for.
type pool struct {
	boot   func(context.Context, shape) (instance, error)
	guests map[shape]instance
	broken map[shape]error
}

func newPool(boot func(context.Context, shape) (instance, error)) *pool {
	return &pool{boot: boot, guests: map[shape]instance{}, broken: map[shape]error{}}
}

// get returns the running guest of a shape, or boots one. A boot that failed
// is not tried again: it would fail the same way, and as slowly, for each
// case.
func (p *pool) get(ctx context.Context, s shape) (instance, error) {
	if g := p.guests[s]; g != nil {
		return g, nil
	}
	if err := p.broken[s]; err != nil {
		return nil, err
	}
	g, err := p.boot(ctx, s)
	if err != nil {
		p.broken[s] = err
		return nil, err
	}
	p.guests[s] = g
	return g, nil
}

// discard ends the guest of a shape, if there is one.
func (p *pool) discard(s shape) error {
	g := p.guests[s]
	if g == nil {
		return nil
	}
	delete(p.guests, s)
	return g.Close()
}

// close ends all guests.
func (p *pool) close() error {
	var errs *multierror.Error
	for s := range p.guests {
		errs = multierror.Append(errs, p.discard(s))
	}
	return errs.ErrorOrNil()
}

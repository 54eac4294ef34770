// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"sync"

	"github.com/hashicorp/go-multierror"
)

// single is a source with one guest of each shape, which serves case after
// case, one at a time, whatever they leave behind: to hunt for what one does
// to the next.
type single struct {
	make maker

	mu     sync.Mutex // held from get to put: one case at a time
	guests map[shape]instance
}

func newSingle(m maker) *single {
	return &single{make: m, guests: map[shape]instance{}}
}

func (s *single) get(ctx context.Context, sh shape) (instance, error) {
	s.mu.Lock()
	if g := s.guests[sh]; g != nil {
		return g, nil
	}
	g, err := s.make(ctx, sh)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	s.guests[sh] = g
	return g, nil
}

func (s *single) put(sh shape, g instance, _ bool) {
	defer s.mu.Unlock()
	if g.alive() {
		return
	}
	delete(s.guests, sh)
	_ = g.Close() // that it does not end cleanly is no news about the case
}

func (s *single) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs *multierror.Error
	for sh, g := range s.guests {
		delete(s.guests, sh)
		errs = multierror.Append(errs, g.Close())
	}
	return errs.ErrorOrNil()
}

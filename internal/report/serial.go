// SPDX-License-Identifier: Apache-2.0

package report

import "sync"

// Serial makes a reporter usable from several goroutines: it is told of one
// thing at a time.
func Serial(r Reporter) Reporter { return &serial{r: r} }

type serial struct {
	mu sync.Mutex
	r  Reporter
}

func (s *serial) Begin(p Provenance) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Begin(p)
}

func (s *serial) Start(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.r.Start(name)
}

func (s *serial) Step(name, step string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.r.Step(name, step)
}

func (s *serial) Case(o Outcome) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Case(o)
}

func (s *serial) End(e Ending) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.End(e)
}

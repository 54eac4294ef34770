// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"sync"

	"github.com/klptest/klptest/internal/blame"
)

// stdout is standard output. It keeps its first error, so that no command, nor the help,
// has to check what it prints.
type stdout struct {
	io.Writer
	mu  sync.Mutex
	err error // guarded by mu
}

func (s *stdout) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.err == nil {
			s.err = err
		}
	}
	return n, err
}

// Fd returns the descriptor, for package terminal. It is none if this is not a file.
func (s *stdout) Fd() uintptr {
	if f, ok := s.Writer.(interface{ Fd() uintptr }); ok {
		return f.Fd()
	}
	return ^uintptr(0)
}

// complete adds to a command's error that its output was lost, unless the command says so.
func (s *stdout) complete(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil || errors.Is(err, s.err) {
		return err
	}
	return blame.Join(err, s.err)
}

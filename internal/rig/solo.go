// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/internal/guest/wire"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/remote"
)

const (
	returnLimit = 10 * time.Minute // for a machine to boot and answer again
	returnPause = 3 * time.Second  // between two attempts to connect
)

// solo is the source of a rig with one machine, which cannot be replaced. Modules that
// a test leaves are unloaded before the next test; otherwise the machine is rebooted,
// or the run ends. Only one test at a time uses it.
type solo struct {
	rig    *Rig
	to     Machine
	reboot bool
	first  wire.Survey // before the first test

	sent   map[string]bool // the modules that any session has sent, by name
	now    *session        // nil: no connection
	served bool            // a test has run
	doubt  bool            // a test may have left something
	gone   error           // the reason why no test can run any more
}

// newSolo makes the source of a machine. c is a session with its agent.
func newSolo(r *Rig, m Machine, c *client.Client, reboot bool, first wire.Survey) *solo {
	s := &solo{rig: r, to: m, reboot: reboot, first: first, sent: map[string]bool{}, doubt: true}
	s.now = s.with(c, first.Boot)
	return s
}

// with makes the session through which a test uses the machine.
func (s *solo) with(c *client.Client, boot string) *session {
	c.Config = s.rig.kernel.Config
	return &session{solo: s, agent: c, boot: boot, files: map[string]string{}}
}

func (s *solo) get(ctx context.Context, want shape) (g instance, used bool, err error) {
	switch {
	case want.cpus > s.first.CPUs:
		return nil, false, unsuited(fmt.Sprintf("%s has %s; the case asks for %d", s.to, printable.Count(s.first.CPUs, "CPU", "CPUs"), want.cpus))
	case want.memory > s.first.Memory:
		return nil, false, unsuited(fmt.Sprintf("%s has %d MiB of memory; the case asks for %d", s.to, s.first.Memory, want.memory))
	}
	done := setAside(ctx) // a reboot does not count for the test
	err = s.ready(ctx)
	done()
	if err != nil {
		return nil, false, err
	}
	if err := s.rig.trust.in(ctx, s.rig.shape(), s.lend); err != nil {
		return nil, false, err
	}
	s.doubt = s.doubt || !s.served // a self-test may have been spoilt
	if err := s.ready(ctx); err != nil {
		return nil, false, err
	}
	used, s.served = s.served, true
	return s.now, used, nil
}

// lend is a [maker] for the self-tests.
func (s *solo) lend(ctx context.Context, _ shape) (instance, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	return borrowed{s.now}, nil
}

func (s *solo) put(_ shape, g instance, clean bool) {
	s.doubt = s.doubt || !clean
	if !g.alive() {
		_ = g.Close() // it has already ended
		if s.now == g {
			s.now = nil
		}
	}
}

// ready connects if necessary, and unloads what an earlier test has left.
func (s *solo) ready(ctx context.Context) error {
	if s.gone == nil && s.now == nil {
		_, s.gone = s.reconnect(ctx, "")
	}
	if s.gone == nil && s.doubt {
		s.gone = s.clean(ctx)
	}
	if ctx.Err() != nil {
		s.gone = nil // unknown after an interrupt
		return context.Cause(ctx)
	}
	if s.gone != nil {
		return Unfit{s.gone}
	}
	return nil
}

// clean unloads what tests have left, or reboots the machine.
func (s *solo) clean(ctx context.Context) error {
	left, err := s.tidy(ctx)
	if err == nil && len(left) > 0 && s.reboot {
		err = s.restart(ctx)
	} else if err == nil && len(left) > 0 {
		err = blame.AdviseUserf("boot the machine again; with --reboot, klptest does it when it must", "an earlier case has left %s loaded on %s", strings.Join(left, ", "), s.to)
	}
	s.doubt = err != nil
	return err
}

func (s *solo) restart(ctx context.Context) error {
	survey, err := s.now.agent.Survey(ctx)
	if err != nil {
		return err
	}
	s.rig.o.Notice("rebooting " + s.to.String())
	err = s.to.Reboot(ctx)
	s.now.Close()
	s.now = nil
	if err == nil {
		_, err = s.reconnect(ctx, survey.Boot)
	}
	return err
}

// reconnect waits until the machine answers in another boot than old, and returns
// the ID of that boot.
func (s *solo) reconnect(ctx context.Context, old string) (boot string, err error) {
	limited, cancel := context.WithTimeout(ctx, returnLimit)
	defer cancel()
	var last error // says more than that time is up
	for {
		boot, err = s.connect(limited)
		if err == nil && boot != old {
			return boot, nil
		}
		if err == nil {
			s.now.Close()
			s.now = nil
		}
		if s.final(err) {
			return "", err
		}
		if limited.Err() == nil {
			last = err
		}
		select {
		case <-time.After(returnPause):
		case <-ctx.Done():
			return "", context.Cause(ctx)
		case <-limited.Done():
			return "", &blame.Error{Party: blame.Rig, Summary: fmt.Sprintf("%s did not come back within %v", s.to, returnLimit), Advice: "see its console, or /sys/fs/pstore after the next boot", Err: last}
		}
	}
}

// final reports whether another attempt to connect would fail as well.
func (s *solo) final(err error) bool {
	e, ok := errors.AsType[*blame.Error](err)
	return ok && !e.Transient && e.Party == blame.User && !errors.Is(err, remote.ErrKey)
}

func (s *solo) connect(ctx context.Context) (boot string, err error) {
	c, err := s.to.Connect(ctx)
	if err != nil {
		return "", err
	}
	survey, err := c.Survey(ctx)
	if err == nil && survey.Release != s.first.Release {
		err = blame.Rigf("%s has booted another kernel: %s", s.to, survey.Release)
	}
	if err != nil {
		c.Close()
		return "", err
	}
	s.now = s.with(c, survey.Boot)
	return survey.Boot, nil
}

// lost finds out what happened to the machine after its agent ended or fell silent. In
// any case the kernel's log of the event is lost.
func (s *solo) lost(ctx context.Context, before string, err error) error {
	s.now.Close()
	s.now, s.doubt = nil, true
	boot, failure := s.reconnect(ctx, "")
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case failure != nil:
		s.gone = failure
		return failure
	case boot != before:
		return blame.AdviseRigf("nothing here shows why: see its console, or /sys/fs/pstore there", "%s has rebooted in the middle of the case", s.to)
	}
	return blame.Rigf("the session with %s broke, and the machine has not rebooted: %w", s.to, err)
}

// close implements [source]. The rig ends the session; see farewell.
func (s *solo) close() error { return nil }

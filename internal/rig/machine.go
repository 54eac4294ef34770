// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"time"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/vm"
)

// deathGrace is how long a guest that has dropped its connection may take to
// exit: QEMU closes its sockets and ends within milliseconds of a reset.
const deathGrace = 3 * time.Second

// machine is a guest as the cases see it: the agent's answers, with what only
// the host knows (the kernel's configuration, whether the guest lives, how
// much processor time it got).
type machine struct {
	*Guest
	step  func(text string)
	begun moment // of the case
}

// moment is when the guest had been given how much processor time. Where the
// host does not tell, nothing was ever starved.
type moment struct {
	at   time.Time
	used vm.CPUTime
}

func (m *machine) now() moment {
	used, _ := m.VM.CPUTime()
	return moment{time.Now(), used}
}

var _ cases.Machine = (*machine)(nil)

func (m *machine) Facts(ctx context.Context, attrs []string) (cases.Facts, error) {
	f, err := whileAlive(ctx, m.VM, func(ctx context.Context) (cases.Facts, error) {
		return m.Agent.Facts(ctx, attrs)
	})
	f.Emulated = m.VM.Accel() == vm.TCG
	return f, err
}

func (m *machine) Begin(ctx context.Context) error {
	m.begun = m.now()
	_, err := whileAlive(ctx, m.VM, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, m.Agent.Begin(ctx)
	})
	return err
}

func (m *machine) Step(ctx context.Context, cmd cases.Command, limit time.Duration) (cases.Answer, error) {
	m.step("% " + cmd.Text)
	began := m.now()
	a, err := whileAlive(ctx, m.VM, func(ctx context.Context) (cases.Answer, error) {
		return m.Agent.Step(ctx, cmd, limit)
	})
	if a.Stall != nil {
		a.Stall.Starved = !a.Stall.Died && starvedSince(began, m.now())
	}
	return a, err
}

func (m *machine) End(ctx context.Context) (cases.EndState, error) {
	end, err := whileAlive(ctx, m.VM, m.Agent.End)
	end.Starved = starvedSince(m.begun, m.now())
	return end, err
}

func starvedSince(then, now moment) bool { return starved(then.used, now.used, now.at.Sub(then.at)) }

// starved tells whether the host gave the guest's CPU threads less than half
// of the time that they were ready to run: then a stall says nothing about
// the kernel. A guest that was idle nearly all the time wanted little, and
// what it waited for that explains no stall.
func starved(before, after vm.CPUTime, elapsed time.Duration) bool {
	used := after.Since(before)
	return used.Wait > used.Run && used.Wait > elapsed/4
}

// whileAlive runs f until it returns or the guest dies; a death is reported
// in place of the broken connection that it causes.
func whileAlive[T any](ctx context.Context, v *vm.VM, f func(context.Context) (T, error)) (T, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-v.Exited():
			cancel()
		case <-inner.Done():
		}
	}()
	t, err := f(inner)
	if err == nil || ctx.Err() != nil {
		return t, err
	}
	select {
	case <-v.Exited():
		return t, v.Death()
	case <-time.After(deathGrace):
		return t, unresponsive(ctx, v, err)
	case <-ctx.Done():
		return t, ctx.Err()
	}
}

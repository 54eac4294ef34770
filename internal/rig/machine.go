// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/vm"
)

// deathGrace is how long a guest may take to exit after it dropped its connection:
// QEMU closes its sockets and ends within milliseconds of a reset.
const deathGrace = 3 * time.Second

// guestMachine is a guest as a case sees it. It adds to the agent's answers what
// only the host knows: the kernel's configuration, whether the guest is alive, and
// how much processor time it got.
type guestMachine struct {
	*Guest
	step  func(text string)
	begun moment // when the case began

	counted gcov.Counters // at the end of the case
}

// moment is a point in time, and the processor time that the guest had used by
// then. If the host does not tell it, a guest never counts as starved.
type moment struct {
	at   time.Time
	used vm.CPUTime
}

func (m *guestMachine) now() moment {
	used, _ := m.VM.CPUTime()
	return moment{time.Now(), used}
}

var _ machine.Machine = (*guestMachine)(nil)

func (m *guestMachine) Facts(ctx context.Context, attrs []string) (machine.Facts, error) {
	key := strings.Join(attrs, " ")
	if f, ok := m.facts[key]; ok {
		return f, nil
	}
	f, err := whileAlive(ctx, m.VM, func(ctx context.Context) (machine.Facts, error) {
		return m.Agent.Facts(ctx, attrs)
	})
	f.Emulated, f.Noisy = m.VM.Accel() == vm.TCG, m.rig.image != nil
	if err == nil {
		m.facts[key] = f
	}
	return f, err
}

func (m *guestMachine) Begin(ctx context.Context) error {
	m.begun = m.now()
	_, err := whileAlive(ctx, m.VM, func(ctx context.Context) (struct{}, error) {
		err := m.Agent.Begin(ctx)
		if err == nil && m.rig.counting != nil {
			err = m.Agent.ResetCounters(ctx)
		}
		return struct{}{}, err
	})
	return err
}

func (m *guestMachine) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	m.step("% " + cmd.Text)
	began := m.now()
	a, err := whileAlive(ctx, m.VM, func(ctx context.Context) (machine.Answer, error) {
		return m.Agent.Step(ctx, cmd, limit)
	})
	now := m.now()
	a.Starved = starvedSince(m.VM.Jumps(), m.begun, now)
	if a.Stall != nil {
		a.Stall.Starved = !a.Stall.Died && starvedSince(m.VM.Jumps(), began, now)
	}
	return a, err
}

func (m *guestMachine) End(ctx context.Context) (machine.EndState, error) {
	end, err := whileAlive(ctx, m.VM, m.Agent.End)
	end.Starved = starvedSince(m.VM.Jumps(), m.begun, m.now())
	if err == nil && m.rig.counting != nil {
		m.counted, err = whileAlive(ctx, m.VM, m.readCounters)
	}
	return end, err
}

// starvedSince is never true for a guest whose time jumps: a busy host brings no limit
// nearer for it.
func starvedSince(jumps bool, then, now moment) bool {
	return !jumps && starved(then.used, now.used, now.at.Sub(then.at))
}

// starved reports whether the host gave the guest's CPU threads less than half of
// the time that they were ready to run: then a stall says nothing about the kernel.
// A guest that was nearly always idle wanted little, so its waits for a processor
// do not explain a stall.
func starved(before, after vm.CPUTime, elapsed time.Duration) bool {
	used := after.Since(before)
	return used.Wait > used.Run && used.Wait > elapsed/4
}

// whileAlive runs f until it returns or the guest dies. It reports a death instead
// of the broken connection that follows.
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
	var t T
	release, err := v.Hold(ctx)
	if err == nil {
		defer release()
		t, err = f(inner)
	}
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

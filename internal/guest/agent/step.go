// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

const (
	pollFirst = time.Millisecond
	pollMost  = 20 * time.Millisecond  // of a command that runs
	pollRest  = 200 * time.Millisecond // of a transition, whose end is logged
	lastWord  = 2 * time.Second        // for the description of a command that does not end
)

// Step implements [machine.Machine].
func (a *Agent) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	if a.log == nil {
		return machine.Answer{}, blame.Rigf("a step before the case has begun")
	}
	if err := a.log.mark(cmd.Text); err != nil {
		return machine.Answer{}, err
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ans, err := a.perform(bounded, cmd)
	if err == nil {
		err = a.afterFault(cmd, ans)
	}
	if ctx.Err() != nil {
		return ans, ctx.Err()
	}
	if err != nil {
		return ans, err
	}
	if ans.Stall != nil {
		ans.Stall.Limit, ans.Stall.Sysfs = limit, within(lastWord, func() string { return describe(a.files) })
	}
	ans.Records, err = a.log.take()
	return ans, err
}

// perform runs the command, then waits for the transition that it has started.
func (a *Agent) perform(ctx context.Context, cmd machine.Command) (machine.Answer, error) {
	out, stall := a.attempt(ctx, cmd)
	if stall != nil {
		return machine.Answer{Stall: stall}, nil
	}
	ans := machine.Answer{Output: out.output}
	if out.err != nil {
		name, ok := symbol(out.err)
		if !ok {
			return ans, fmt.Errorf("%s: %w", cmd.Verb, out.err)
		}
		ans.Errno = name
	}
	if out.starts && !cmd.Background {
		ans.Stall = a.settle(ctx)
	}
	return ans, nil
}

// attempt runs the command on a thread of its own, so that a system call which
// never returns does not stop the agent: the answer then says where the thread
// is stuck. Only an oops ends the thread, and it spares the process
// (make_task_dead in kernel/exit.c).
func (a *Agent) attempt(ctx context.Context, cmd machine.Command) (outcome, *machine.Stall) {
	done := make(chan outcome, 1)
	var tid atomic.Int64
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		tid.Store(int64(unix.Gettid()))
		done <- a.run(ctx, cmd)
	}()
	tick := time.NewTicker(pollMost)
	defer tick.Stop()
	for {
		select {
		case out := <-done:
			if errors.Is(out.err, context.DeadlineExceeded) {
				return out, &machine.Stall{What: "end of " + cmd.Text}
			}
			return out, nil
		case <-tick.C:
			a.log.drain()
			if t := int(tid.Load()); t != 0 && !a.kernel.Alive(t) && len(done) == 0 {
				return outcome{}, &machine.Stall{What: "end of " + cmd.Text, Died: true}
			}
		case <-ctx.Done():
			return outcome{}, &machine.Stall{What: "end of " + cmd.Text, Tasks: a.stuck(done, tid.Load())}
		}
	}
}

// stuck returns the thread of a command that outlasts its limit, as one stuck in the
// kernel does.
func (a *Agent) stuck(done <-chan outcome, tid int64) []machine.Task {
	select {
	case <-done:
		return nil
	case <-time.After(lastWord):
		thread := rootfs.Tree(a.files.Path("/proc/self/task/" + strconv.FormatInt(tid, 10)))
		return []machine.Task{taskAt(thread)}
	}
}

// within returns f's result, or the zero value when f takes longer: reading a
// file may hang when the kernel does.
func within[T any](limit time.Duration, f func() T) (t T) {
	done := make(chan T, 1)
	go func() { done <- f() }()
	select {
	case t = <-done:
	case <-time.After(limit):
	}
	return t
}

// settle waits until no transition runs and no patch is being removed. The kernel
// logs each phase of a transition, so a record is a reason to look again soon.
// Looking all the time would cost an emulated guest more than the transition.
func (a *Agent) settle(ctx context.Context) *machine.Stall {
	for nap := pollFirst; ; nap = min(2*nap, pollRest) {
		what := unsettled(a.files)
		if what == "" {
			return nil
		}
		if ctx.Err() != nil {
			return &machine.Stall{What: what, Tasks: within(lastWord, func() []machine.Task { return blockers(a.files) })}
		}
		if a.log.await(untilDeadline(ctx, nap)) {
			nap = pollFirst / 2
		}
	}
}

// untilDeadline shortens a nap so that it does not outlast ctx.
func untilDeadline(ctx context.Context, nap time.Duration) time.Duration {
	if end, ok := ctx.Deadline(); ok {
		return min(nap, time.Until(end)+time.Millisecond)
	}
	return nap
}

// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	// instruction is the time that one takes, as a power of 2 in nanoseconds: 4 ns, so that
	// a busy guest's time passes about as fast as the host's, or more slowly. With 8 ns, a
	// kernel with KASAN and lockdep took 15 s for some commands of its own selftests, and
	// its limits for faster machines expired.
	instruction = 2

	// linger is how long a guest keeps running after its last holder has released it.
	// Commands follow one another faster than that.
	linger = 2 * time.Millisecond
)

// timeArgs returns the arguments for virtual time. With sleep=off, an idle guest jumps to
// its next timer without waiting for it (docs/devel/tcg-icount.rst of QEMU).
func (c config) timeArgs(accel Accel) []string {
	if !c.virtualTime(accel) {
		return nil
	}
	sleep := "off"
	if c.Interactive {
		sleep = "on"
	}
	return []string{"-icount", fmt.Sprintf("shift=%d,sleep=%s", instruction, sleep)}
}

// virtualTime reports whether the guest's time is virtual. A guest with a disk keeps the
// host's time, because its disk does. So does a guest with several processors: with
// -icount, QEMU before 8.1 may never run the second one (rr_cpu_thread_fn in
// accel/tcg/tcg-accel-ops-rr.c of QEMU). Linux 6.1 then hangs while it boots: the first
// processor waits for the second one, and is never idle.
func (c config) virtualTime(accel Accel) bool {
	return c.VirtualTime && accel == TCG && c.Disk == "" && c.CPUs == 1
}

// Jumps reports whether the guest's time jumps to the next timer when the guest is idle.
func (v *VM) Jumps() bool { return v.config.jumps(v.accel) }

func (c config) jumps(accel Accel) bool { return c.virtualTime(accel) && !c.Interactive }

// turns lets a guest run while it is held.
type turns struct {
	mu      sync.Mutex
	holders int
	paused  bool
	over    bool        // no further pauses
	timer   *time.Timer // for the pause after the last holder
}

// end prevents further pauses, and waits for the end of one that has begun.
func (t *turns) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	if t.timer != nil {
		t.timer.Stop()
	}
}

// Hold lets a guest whose time jumps run until release is called. Otherwise such a guest is
// paused: hours would pass in it while it waits for its host. All other guests always run.
func (v *VM) Hold(ctx context.Context) (release func(), err error) {
	if !v.Jumps() {
		return func() {}, nil
	}
	t := &v.turns
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
	}
	if t.paused {
		if err := v.resumeNow(ctx); err != nil {
			return nil, err
		}
	}
	t.holders++
	return sync.OnceFunc(v.letGo), nil
}

func (v *VM) letGo() {
	t := &v.turns
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.holders--; t.holders == 0 {
		t.timer = time.AfterFunc(linger, v.pauseIdle)
	}
}

// pauseIdle pauses a guest that has not been held for a while, unless it has ended.
func (v *VM) pauseIdle() {
	t := &v.turns
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.holders > 0 || t.paused || t.over || isClosed(v.exited) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), controlLimit)
	defer cancel()
	go func() {
		select {
		case <-v.cleanup.begun: // cleanup must not wait for a QEMU that does not answer
			cancel()
		case <-ctx.Done():
		}
	}()
	t.paused = true // even if QEMU does not answer in time, it may stop later
	_ = v.monitor.Typed(ctx).Stop()
}

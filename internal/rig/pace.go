// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"sync"
	"time"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/doctor"
	"github.com/klptest/klptest/vm"
)

// perCPU says how many tests run in parallel for each processor: at least, at first and at
// most, or always, if their number is fixed.
type perCPU struct{ least, first, most, fixed int }

// In virtual time no guest sleeps, and each further guest translates the same kernel code
// again. In the host's time, one of two guests often sleeps: a transition that cannot
// complete is tried again after a second (klp_try_complete_transition,
// kernel/livepatch/transition.c).
var (
	jumping  = perCPU{least: 1, first: 1, most: 8, fixed: 1}
	sleeping = perCPU{least: 1, first: 2, most: 8, fixed: 4}
)

const pacePeriod = 250 * time.Millisecond

// pace limits how many tests run in parallel. If the number is not fixed, it
// follows the load: more tests while processors are idle, fewer while guests wait
// for processors most of the time.
type pace struct {
	least, most int
	processors  int
	used        func(instance) (vm.CPUTime, bool) // replaced in tests

	mu     sync.Mutex // guards what follows
	free   sync.Cond  // of mu: a test may begin, or the run is over
	limit  int
	active int                     // tests that are running
	guests map[instance]vm.CPUTime // the guests of these tests, and their processor time at the last look
}

// Jobs returns how many of the tests run in parallel at first.
func (r *Rig) Jobs(list []Test) int { return r.pace(list).limit }

// pace decides how many of the tests run in parallel.
func (r *Rig) pace(list []Test) *pace {
	per := sleeping
	if r.jumps {
		per = jumping
	}
	switch {
	case r.o.Guests == Shared:
		return fixedPace(1)
	case r.o.Jobs > 0:
		return fixedPace(r.o.Jobs)
	case r.o.FixedPace:
		return fixedPace(SideBySide(r.o.Memory, per.fixed))
	}
	memory := r.o.Memory
	for s := range r.shape().count(list) {
		memory = max(memory, s.memory)
	}
	return newPace(SideBySide(memory, per.least), SideBySide(memory, per.first), SideBySide(memory, per.most))
}

// SideBySide returns how many guests with that much memory, in MiB, fit on this
// host, with at most perCPU for each processor.
func SideBySide(memory, perCPU int) int {
	return doctor.Here().Guests(cmp.Or(memory, (&images.Kernel{}).Memory()), perCPU)
}

// fixedPace runs exactly jobs tests in parallel.
func fixedPace(jobs int) *pace { return newPace(jobs, jobs, jobs) }

func newPace(least, first, most int) *pace {
	p := &pace{least: least, most: most, limit: first, processors: runtime.GOMAXPROCS(0), used: instance.used, guests: map[instance]vm.CPUTime{}}
	p.free.L = &p.mu
	return p
}

// begin waits until another test may run. It reports false when ctx is done.
func (p *pace) begin(ctx context.Context) bool {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.free.Broadcast()
	})
	defer stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.active >= p.limit && ctx.Err() == nil {
		p.free.Wait()
	}
	if ctx.Err() != nil {
		return false
	}
	p.active++
	return true
}

// end is called when a test that began is over.
func (p *pace) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active--
	p.free.Signal()
}

// on records that a test runs on a guest, until over is called.
func (p *pace) on(g instance) (over func()) {
	now, _ := p.used(g)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.guests[g] = now
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.guests, g)
	}
}

// follow adapts the limit until ctx is done.
func (p *pace) follow(ctx context.Context) {
	if p.least == p.most {
		return
	}
	tick := time.NewTicker(pacePeriod)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case now := <-tick.C:
			p.adapt(now.Sub(last))
			last = now
		case <-ctx.Done():
			return
		}
	}
}

// adapt changes the limit by the processor time that the guests used in a period.
func (p *pace) adapt(period time.Duration) {
	used, known := p.spent()
	p.mu.Lock()
	defer p.mu.Unlock()
	if known && p.active == p.limit {
		p.limit = min(max(p.limit+step(used, period*time.Duration(p.processors)), p.least), p.most)
		p.free.Broadcast()
	}
}

// spent returns the processor time that the guests used since the last call. It is
// unknown while a test has no guest, because it waits for one or for a compiler: the
// load of the others then says nothing.
func (p *pace) spent() (sum vm.CPUTime, known bool) {
	p.mu.Lock()
	before := maps.Clone(p.guests)
	known = len(p.guests) == p.active
	p.mu.Unlock()
	now := map[instance]vm.CPUTime{} // read without the lock: QEMU may be slow to answer
	for g, then := range before {
		t, ok := p.used(g)
		now[g], known = t, known && ok
		sum.Run, sum.Wait = sum.Run+t.Run-then.Run, sum.Wait+t.Wait-then.Wait
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for g := range p.guests {
		if t, ok := now[g]; ok {
			p.guests[g] = t
		}
	}
	return sum, known
}

// step is the change of the limit for a good use of the processors, given what the
// guests used of the available time.
func step(used vm.CPUTime, available time.Duration) int {
	switch {
	case used.Wait > 3*used.Run/2: // more than two guests want each processor all the time
		return -1
	case used.Run < available*85/100 && used.Wait <= used.Run/2:
		return 1
	}
	return 0
}

// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"io"
	"time"

	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/vm"
)

// Entries that take seconds to make are removed from the cache when they have been unused
// for cacheExpiry, and when together they take more than cacheSize bytes: each build of
// klptest or of a kernel leaves some, such as a saved guest of 200 MB.
const (
	cacheExpiry = 14 * 24 * time.Hour
	cacheSize   = 10 << 30
)

// Options describes where tests run, and how. The zero value of a field is its default.
type Options struct {
	KernelArgs  []string // additional arguments for the kernel command line
	QEMU        string
	Accel       vm.Accel
	HostTime    bool             // guests use the host's time, even if QEMU could give them virtual time
	Interactive bool             // a person uses the guests: idle time passes as on the host
	Memory      int              // MiB, for tests that do not set it; 0: what the kernel needs
	CPUs        int              // for tests that do not set it
	World       []initramfs.Node // additional programs for the guests
	Trust       bool             // build foreign C without a sandbox if there is none
	Keep        bool             // keep each guest's logs regardless of the verdicts
	Jobs        int              // tests that run in parallel; 0: as many as processors and memory allow
	FixedPace   bool             // with Jobs 0, their number does not follow the load
	Confirm     uint             // how often a failing test is run again, on its own guests
	Guests      Guests           // which guests the tests have
	Cold        bool             // do not prepare guests ahead of time
	Lean        bool             // results have no observations, which can be large
	Gcov        bool             // results have coverage counters; the kernel must be able to count
	Progress    Progress         // may be nil
	Notice      func(string)     // takes one-line messages for people
	Console     io.Writer        // gets a live copy of each guest's console
}

// Guests selects the kind of guests for the tests of a run.
type Guests int

// The kinds of guests.
const (
	Cloned Guests = iota // each test has a clone of a guest that was booted once
	Booted               // each test has a guest that is booted for it
	Shared               // the tests run one at a time, on one booted guest as long as each leaves it clean
	Reused               // a clone serves test after test, as long as each leaves it clean

	// Proven is Reused, but only a PASS or a SKIP counts on a guest that has served
	// other tests: for any other result the test is run again, on its own clone.
	Proven
)

// Precheck rejects options with which no guest can start, before anything is
// downloaded or built. In the background it reads klptest itself, which each guest needs.
func (o Options) Precheck() error {
	go func() { _, _ = thisProgram() }() // whoever needs it gets the error
	return o.spec().Precheck()
}

// labelled reports whether console lines of several guests can be interleaved.
func (o Options) labelled() bool { return o.Jobs != 1 }

// spec describes what the options set for every guest.
func (o Options) spec() vm.Spec {
	return vm.Spec{
		QEMU:   o.QEMU,
		Append: append(guest.KernelArgs(), o.KernelArgs...),
		Memory: o.Memory,
		CPUs:   o.CPUs,
		Accel:  o.Accel,

		VirtualTime: !o.HostTime,
		Interactive: o.Interactive,

		Notice:  o.Notice,
		Console: o.Console,
		Label:   o.labelled(),
	}
}

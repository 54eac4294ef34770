// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"io"
	"time"

	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/vm"
)

// cacheExpiry is the age at which entries that take seconds to make are removed
// from the cache: each build of klptest or of a kernel leaves its own.
const cacheExpiry = 14 * 24 * time.Hour

// Options says on what to run. The zero value of a field is its default.
type Options struct {
	KernelArgs  []string // further arguments of the kernel's command line
	QEMU        string
	Accel       vm.Accel
	HostTime    bool             // the guests' time is the host's, even where QEMU could give them one of their own
	Interactive bool             // a person uses the guests: idle time lasts as long as on the host
	Memory      int              // MiB, for tests that do not set it; 0: what the kernel needs
	CPUs        int              // likewise
	World       []initramfs.Node // further programs of the guests
	Trust       bool             // build foreign C without a sandbox where there is none
	Keep        bool             // keep each guest's logs whatever the verdicts
	Jobs        int              // tests that run side by side; 0: as many as processors and memory allow
	Confirm     uint             // how often a test that fails is run again, on guests of its own
	Guests      Guests           // which guests the tests have
	Cold        bool             // do not prepare guests ahead of time
	Lean        bool             // results come without their observations, which can be large
	Gcov        bool             // results come with what the kernel has counted, which must be able to
	Progress    Progress         // nil: nobody watches
	Notice      func(string)     // one-liners for people
	Console     io.Writer        // gets a live copy of each guest's console
}

// Guests says which guests the tests of a run have.
type Guests int

// The kinds of guests.
const (
	Cloned Guests = iota // each test has a clone of a guest that was booted once
	Booted               // each test has a guest that is booted for it
	Shared               // the tests run one at a time, on one booted guest as long as each leaves it clean
	Reused               // a clone serves test after test, as long as each leaves it clean

	// Proven is Reused, but only a PASS or a SKIP counts on a guest that has
	// served other tests: for any other result the test is run again, on a
	// clone of its own.
	Proven
)

// Precheck refuses options with which no guest can start, before anything is
// downloaded or built.
func (o Options) Precheck() error { return o.spec().Precheck() }

// labelled tells whether the lines of several guests can come in between one another.
func (o Options) labelled() bool { return o.Jobs != 1 }

// spec is what the options say about each guest.
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

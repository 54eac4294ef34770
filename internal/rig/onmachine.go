// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/internal/guest/wire"
	"github.com/klptest/klptest/internal/printable"
)

// Machine is a machine that klptest did not boot.
type Machine interface {
	// Connect starts an agent on the machine and opens a session with it.
	Connect(ctx context.Context) (*client.Client, error)
	// Reboot reboots the machine, and returns before it is up again.
	Reboot(ctx context.Context) error
	// String returns the name of the machine for people.
	String() string
}

// OnMachine makes a rig of a machine, on which tests run one after the other. c is a
// session with its agent, and becomes the rig's. The machine tells which kernel it runs;
// then headers is called for the headers to build modules against. Options about guests
// are ignored. With reboot, the machine is rebooted if what a test left cannot be
// unloaded; without it, the run ends then.
func OnMachine(ctx context.Context, store *cache.Cache, m Machine, c *client.Client, headers Headers, reboot bool, o Options) (*Rig, error) {
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	s, err := c.Survey(ctx)
	if err != nil {
		return nil, err
	}
	k, err := headers(ctx, s)
	if err == nil {
		err = unsuitable(m, s, k)
	}
	if err != nil {
		return nil, err
	}
	for _, line := range remarks(m, s, time.Now()) {
		o.Notice(line)
	}
	o.Guests, o.CPUs, o.Memory = Shared, s.CPUs, s.Memory
	work, release, err := store.Temp("run")
	if err != nil {
		return nil, err
	}
	r := &Rig{o: o, cache: store, kernel: k, work: work, release: release, templates: &templates{}}
	r.keep.Store(o.Keep)
	r.solo = newSolo(r, m, c, reboot, s)
	r.begin(ctx)
	return r, nil
}

// Machine returns the machine that the tests run on; nil: they run on guests.
func (r *Rig) Machine() Machine {
	if r.solo == nil {
		return nil
	}
	return r.solo.to
}

// Survey returns the machine's survey before the first test.
func (r *Rig) Survey() wire.Survey { return r.solo.first }

// Left tells, after Close, what is left loaded on the machine; empty: there is no machine.
func (r *Rig) Left() string { return r.left }

// unsuitable returns the reason why the machine cannot be tested.
func unsuitable(m fmt.Stringer, s wire.Survey, k *images.Kernel) error {
	locked := s.Lockdown != "" && s.Lockdown != "none"
	foreign := slices.DeleteFunc(slices.Clone(s.Patches), isTestModule)
	switch signs := k.Config["MODULE_SIG_FORCE"] == "y"; { // see package kmods
	case s.Release != k.Release:
		return blame.AdviseUserf("name the build tree or headers of the kernel that runs there: --kdir DIR", "%s runs %s, and the modules would be built for %s", m, printable.Line(s.Release), k.Release)
	case locked && !signs:
		return blame.AdviseUserf("switch Secure Boot off in its firmware, or boot it without lockdown=", "the kernel of %s is locked down (%s, as with Secure Boot), and refuses unsigned modules", m, printable.Line(s.Lockdown))
	case s.SignedOnly && !signs:
		return blame.AdviseUserf("boot it without module.sig_enforce", "the kernel of %s refuses unsigned modules (module.sig_enforce)", m)
	case len(foreign) > 0:
		return blame.AdviseUserf("unload them, or boot without them: cases replace all livepatches", "%s has livepatches of its own: %s", m, printable.Line(strings.Join(foreign, ", ")))
	}
	return nil
}

// isTestModule recognises a klptest module by its name.
func isTestModule(name string) bool { return strings.HasPrefix(name, "klp_") }

// clockTolerance is how far the machine's clock may be off without a notice.
const clockTolerance = 2 * time.Minute

// unseen tells, for each file, what is not seen without it.
var unseen = map[string]string{
	"/sys/kernel/debug/clear_warn_once":       "a warning that the kernel prints once per boot is seen once",
	"/sys/kernel/debug/dynamic_debug/control": "livepatch's debug lines are not compared",
	"/sys/kernel/tracing/enabled_functions":   "functions that stay redirected are not seen",
}

// remarks returns what a user should know about a machine that can be tested.
func remarks(m fmt.Stringer, s wire.Survey, now time.Time) (lines []string) {
	for _, file := range s.Lacks {
		if what := unseen[file]; what != "" {
			lines = append(lines, fmt.Sprintf("%s has no %s: %s", m, file, what))
		}
	}
	if off := s.Now.Sub(now).Round(time.Second); off.Abs() > clockTolerance {
		lines = append(lines, fmt.Sprintf("the clock of %s is off by %v: times in reports are this host's", m, off))
	}
	if s.Taint&^machine.ModuleTaints != 0 {
		lines = append(lines, fmt.Sprintf("the kernel of %s is tainted already: %s", m, machine.TaintNames(s.Taint&^machine.ModuleTaints)))
	}
	return lines
}

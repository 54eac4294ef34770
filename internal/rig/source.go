// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"cmp"
	"context"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/kmods"
	"github.com/klptest/klptest/vm"
)

// shape is the size of a machine that a test may ask for; 0 is the default of vm.
type shape struct{ cpus, memory int }

// of returns the shape that a test asks for; s fills in what the test does not set.
func (s shape) of(t Test) shape {
	cpus, memory := t.Shape()
	return shape{cmp.Or(cpus, s.cpus), cmp.Or(memory, s.memory)}
}

// count counts the guests of each shape that the tests will ask for; s fills in
// what they do not set.
func (s shape) count(list []Test) map[shape]int {
	n := map[shape]int{}
	for _, t := range list {
		n[s.of(t)]++
	}
	return n
}

// instance is a running guest as a run needs it.
type instance interface {
	// machine is the guest as the named test sees it; step is called for each command.
	machine(name string, step func(text string)) machine.Machine
	// put copies the modules into the guest that it does not have yet.
	put(ctx context.Context, modules []kmods.Module) error
	// putFiles copies files into the guest, by their names below guest.CaseFiles.
	putFiles(ctx context.Context, files map[string][]byte) error
	// rest stops the guest and its clock until wake.
	rest(ctx context.Context) error
	wake(ctx context.Context) error
	// preserve makes the guest's logs outlive it, and returns the path of the
	// console log and the QEMU command line.
	preserve() (log, qemu string)
	// attach puts a file beside these logs, and returns its path.
	attach(name, text string) (path string)
	// used is the processor time that it has used so far, if the host tells it.
	used() (vm.CPUTime, bool)
	// alive reports whether it can run another test.
	alive() bool
	Close() error
}

// source gives each test a guest. Its methods may be called from several
// goroutines.
type source interface {
	// get returns a guest that the caller owns until put; used tells that it
	// has served other tests.
	get(ctx context.Context, s shape) (g instance, used bool, err error)
	// put takes a guest back; clean tells that it is unchanged since get.
	put(s shape, g instance, clean bool)
	// close ends all guests but those that callers still have.
	close() error
}

// maker makes a guest of a shape: by a boot, or as a clone.
type maker func(context.Context, shape) (instance, error)

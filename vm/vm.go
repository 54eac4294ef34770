// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"fmt"
	"time"

	"github.com/digitalocean/go-qemu/qmp/raw"

	"github.com/klptest/klptest/internal/program"
	"github.com/klptest/klptest/vm/console"
	"github.com/klptest/klptest/vm/qmp"
)

const controlLimit = time.Minute // QEMU needs milliseconds

// VM is a running virtual machine. Close must be called in the end.
type VM struct {
	config   config
	accel    Accel
	parent   *Template // of a clone; nil: the machine boots
	console  *console.Console
	messages *console.Log // QEMU's own
	monitor  *qmp.Monitor
	process  *program.Child
	link     *link  // to the agent; nil without keys
	draft    *draft // the template that Snapshot finishes; nil: Snapshot is impossible
	clock    *cpuClock
	turns    turns

	exited  chan struct{}   // closed when QEMU has exited and the console is complete
	ctx     context.Context // its end kills the guest; only its cause is used
	cleanup cleanup
}

func newVM(c config, accel Accel) *VM {
	return &VM{config: c, accel: accel, exited: make(chan struct{}), cleanup: cleanup{begun: make(chan struct{})}}
}

// Accel returns the accelerator that the machine runs on: KVM or TCG.
func (v *VM) Accel() Accel { return v.accel }

// Console returns the guest's console.
func (v *VM) Console() *console.Console { return v.console }

// Exited returns a channel that is closed when the guest has ended: QEMU is
// gone and the console is complete. A panic ends the guest.
func (v *VM) Exited() <-chan struct{} { return v.exited }

// CommandLine returns a shell command that starts the same machine with its
// console on the terminal.
func (v *VM) CommandLine() string { return v.config.commandLine(v.accel) }

// Close kills the guest and releases everything it held. Further calls return
// the result of the first.
func (v *VM) Close() error { return v.cleanup.run() }

// Pause stops the guest's processors and its clock. Connections stay open, but
// get no answers. After Resume, the guest continues as if no time had passed.
func (v *VM) Pause(ctx context.Context) error {
	v.turns.mu.Lock()
	defer v.turns.mu.Unlock()
	v.turns.paused = true // even if QEMU does not answer in time, it may stop later
	return v.command(ctx, "stop", (*raw.Monitor).Stop)
}

// Resume undoes Pause.
func (v *VM) Resume(ctx context.Context) error {
	v.turns.mu.Lock()
	defer v.turns.mu.Unlock()
	return v.resumeNow(ctx)
}

// resumeNow is Resume with the turns locked.
func (v *VM) resumeNow(ctx context.Context) error {
	err := v.command(ctx, "go on", (*raw.Monitor).Cont)
	v.turns.paused = v.turns.paused && err != nil
	return err
}

// InjectNMI sends a non-maskable interrupt to the guest's processors. Under TCG
// the kernel then panics and shows what it was doing.
func (v *VM) InjectNMI(ctx context.Context) error {
	return v.command(ctx, "take an NMI", (*raw.Monitor).InjectNmi)
}

func (v *VM) command(ctx context.Context, what string, run func(*raw.Monitor) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, controlLimit, fmt.Errorf("the guest did not %s within %v", what, controlLimit))
	defer cancel()
	return v.ended(ctx, run(v.monitor.Typed(ctx)))
}

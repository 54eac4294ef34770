// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"fmt"
	"strings"
	"syscall"

	"github.com/klptest/klptest/internal/blame"
)

// tailSize is how many lines of a log an error shows.
const tailSize = 40

// initDied begins the panic message of a kernel whose PID 1 has ended
// (kernel/exit.c, do_exit). User space is the cause, unless an oops came before.
const initDied = "Kernel panic - not syncing: Attempted to kill init!"

// Death returns why the guest ended, as a *blame.Error. The kernel is to blame
// if the console shows a panic or an oops that the emulator did not cause (see
// package emulator); otherwise the rig is. Death returns nil while the guest
// runs, and after a Close that ended a living guest.
func (v *VM) Death() error {
	select {
	case <-v.exited:
	default:
		return nil
	}
	if crash := v.console.Crash(); crash != "" {
		return v.diedOf(crash)
	}
	if isClosed(v.cleanup.begun) {
		return nil
	}
	if err := context.Cause(v.ctx); err != nil {
		return v.withConsole(&blame.Error{Summary: "the guest was killed", Err: err})
	}
	if fault := v.emulatorFault(); fault != nil {
		return fault
	}
	return v.qemuDeath()
}

// diedOf assigns the blame for a crash. An earlier fault of the emulator is the
// cause of everything after it.
func (v *VM) diedOf(crash string) error {
	if fault := v.emulatorFault(); fault != nil {
		return fault
	}
	if strings.HasPrefix(crash, initDied) {
		return v.withConsole(&blame.Error{Summary: "the guest's PID 1 ended: " + crash})
	}
	return v.withConsole(&blame.Error{Party: blame.Kernel, Summary: "the guest's kernel died: " + crash})
}

// Blame assigns the blame for an error of a running guest to the emulator or the
// kernel, if the console shows that one of them is at fault. Otherwise it
// returns err unchanged.
func (v *VM) Blame(err error) error {
	if err == nil {
		return nil
	}
	if fault := v.emulatorFault(); fault != nil {
		return fault
	}
	crash := v.console.Crash()
	if crash == "" {
		return err
	}
	return v.withConsole(&blame.Error{Party: blame.Kernel, Summary: "the guest's kernel crashed: " + crash, Err: err})
}

// emulatorFault returns the fault of the emulator that the console shows, or
// nil. It returns nil under KVM.
func (v *VM) emulatorFault() *blame.Error {
	if v.accel != TCG {
		return nil
	}
	if fault := v.console.EmulatorFault(); fault != nil {
		return v.withConsole(fault)
	}
	return nil
}

func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

func (v *VM) withConsole(e *blame.Error) *blame.Error {
	e.Tail, e.Path = v.console.Tail(tailSize), v.console.Path()
	return e
}

// qemuDeath describes an end whose reason is not on the console.
func (v *VM) qemuDeath() error {
	err := v.process.Wait()
	said := v.messages.Tail(tailSize)
	if said != "" {
		last := said[strings.LastIndexByte(said, '\n')+1:]
		return &blame.Error{Summary: "QEMU ended (" + status(err) + "): " + last, Tail: said, Path: v.messages.Path()}
	}
	e := &blame.Error{Summary: "QEMU ended (" + status(err) + ")"}
	switch {
	case err == nil:
		e.Summary = "the guest was reset or switched off from inside"
		e.Advice = "the last console lines may say why; if they do not, it was probably a triple fault, or too little memory to boot"
	case v.draft != nil && v.process.KilledBy(syscall.SIGBUS):
		e.Summary, e.Err = "QEMU cannot grow the guest's memory file", ErrNoPlace
	case v.process.KilledBy(syscall.SIGXFSZ):
		e.Summary = fmt.Sprintf("the machine has written more than %d MB to its disk", mostWritten>>20)
	case v.process.KilledBy(syscall.SIGKILL):
		e.Advice = "something killed it; `dmesg | grep -i oom` shows whether the host ran out of memory"
	}
	return v.withConsole(e)
}

func status(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

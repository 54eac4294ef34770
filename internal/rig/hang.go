// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/vm"
)

const (
	spinSample = time.Second      // in which a spinning guest uses nearly all of a CPU
	panicLimit = 10 * time.Second // for the kernel to report where it spins
	panicLines = 70               // lines of its log with the registers and the stack
)

// unresponsive blames the right party for an error of a guest that still runs: the
// kernel, if its log shows a crash or if it is silent and spins.
func unresponsive(ctx context.Context, v *vm.VM, err error) error {
	var silent *client.SilentError
	if errors.As(err, &silent) && spins(ctx, v) {
		if hang := interrupt(ctx, v); hang != nil {
			return hang
		}
	}
	return v.Blame(err)
}

// spins reports whether the guest wants all of a CPU.
func spins(ctx context.Context, v *vm.VM) bool {
	// Even an idle guest with virtual time wants much of a CPU.
	if v.Jumps() && v.Halts(ctx, spinSample) {
		return false
	}
	before, err1 := v.CPUTime()
	select {
	case <-time.After(spinSample):
	case <-ctx.Done():
		return false
	}
	after, err2 := v.CPUTime()
	wanted := after.Since(before)
	return errors.Join(err1, err2) == nil && wanted.Run+wanted.Wait > spinSample*9/10
}

// interrupt makes a spinning kernel panic where it spins: its own detectors take
// too long. It returns nil if the kernel does not panic.
func interrupt(ctx context.Context, v *vm.VM) error {
	if v.InjectNMI(ctx) != nil {
		return nil
	}
	select {
	case <-v.Exited():
	case <-time.After(panicLimit):
		return nil
	case <-ctx.Done():
		return nil
	}
	var death *blame.Error
	if !errors.As(v.Death(), &death) || death.Party != blame.Kernel {
		return nil
	}
	hang := *death
	hang.Summary = "the kernel hangs: it was silent and took all of a CPU; the log's end shows where an NMI found it"
	hang.Tail = v.Console().Tail(panicLines)
	return &hang
}

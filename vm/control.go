// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"fmt"
	"time"

	"github.com/digitalocean/go-qemu/qmp/raw"
)

const controlLimit = time.Minute // QEMU does it within milliseconds

// Pause stops the guest's processors and its clock. Connections stay open, but
// nobody answers. Resume lets the guest go on as if no time had passed.
func (v *VM) Pause(ctx context.Context) error {
	return v.command(ctx, "stop", (*raw.Monitor).Stop)
}

// Resume undoes Pause.
func (v *VM) Resume(ctx context.Context) error {
	return v.command(ctx, "go on", (*raw.Monitor).Cont)
}

// InjectNMI sends a non-maskable interrupt to the guest's processors. Under TCG
// the kernel panics then, and shows what it was at.
func (v *VM) InjectNMI(ctx context.Context) error {
	return v.command(ctx, "take an NMI", (*raw.Monitor).InjectNmi)
}

func (v *VM) command(ctx context.Context, what string, run func(*raw.Monitor) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, controlLimit, fmt.Errorf("the guest did not %s within %v", what, controlLimit))
	defer cancel()
	return v.ended(ctx, run(v.monitor.Typed(ctx)))
}

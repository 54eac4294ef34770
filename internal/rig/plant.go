// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/patience"
	"github.com/klptest/klptest/internal/remote"
	"github.com/klptest/klptest/vm"
)

const (
	diskBoot   = 30 * time.Minute // until the SSH server of a guest with enough processor time is up: two emulated CPUs are slow
	diskPause  = time.Second      // between two attempts to connect
	loginGrace = 20 * time.Second // in which a newly started SSH server refuses a key that it will accept later (pam_nologin)

	firmwareLines = 5 // at the end of the console
	consoleLines  = 20
)

// planting starts the agent on a machine that boots from an image.
type planting struct {
	image *Image
	vm    *vm.VM
	reach remote.Machine
}

// locked is QEMU's message about an image that another program may write to
// (raw_check_lock_bytes of QEMU, block/file-posix.c).
const locked = `Failed to get shared "write" lock`

// busy returns QEMU's error, or an explanation if the image is locked. i may be nil.
func (i *Image) busy(err error) error {
	if e, ok := errors.AsType[*blame.Error](err); i == nil || !ok || !strings.Contains(e.Tail, locked) {
		return err
	}
	return blame.AdviseUserf("end that program, such as another QEMU; or copy the image, and name the copy", "%s is in use: another program may write to it", i)
}

// plant waits until the user can log in to the machine, and starts the agent there.
func (i *Image) plant(ctx context.Context, v *vm.VM, dir string, keys *vm.Keys) error {
	text, err := json.Marshal(guest.KeyFiles(keys.HostKey(), keys.AuthorizedKey()))
	if err != nil {
		return err
	}
	p := planting{i, v, i.reach}
	p.reach.Starved = v.Starved
	p.reach.Pins = filepath.Join(dir, "known_hosts") // the port is meaningless after this boot
	if p.reach.Port, err = v.SSHPort(ctx); err != nil {
		return err
	}
	_, err = whileAlive(ctx, v, func(ctx context.Context) (struct{}, error) { return struct{}{}, p.start(ctx, text) })
	if err != nil && i.kernel != nil && rootless(v.Console().Crash()) {
		return p.failed("has no root file system where the kernel looks for it",
			"name its partition with --kernel-args root=/dev/vdaN, of those in the console; and build its file system into the kernel (klptest kernel build --config)", nil)
	}
	return err
}

// start tries until the user can log in.
func (p planting) start(ctx context.Context, keys []byte) error {
	ctx, cancel := patience.WithTimeoutCause(ctx, diskBoot, p.vm.Starved, context.DeadlineExceeded)
	defer cancel()
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	go p.watch(ctx, giveUp)
	var refusedSince time.Time
	var last error // says more than that time is up
	for {
		err := p.reach.Plant(ctx, keys)
		if err == nil {
			return nil
		}
		if errors.Is(err, remote.ErrKey) && refusedSince.IsZero() {
			refusedSince = time.Now()
		}
		e, ok := errors.AsType[*blame.Error](err)
		again := ok && e.Transient || errors.Is(err, remote.ErrKey) && time.Since(refusedSince) < loginGrace
		switch {
		case context.Cause(ctx) == context.DeadlineExceeded:
			return p.late(last)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !again:
			return err
		}
		last = err
		select {
		case <-time.After(diskPause):
		case <-p.vm.Exited():
			return err // the VM's death says more
		case <-ctx.Done():
		}
	}
}

// noBootLoader is the firmware's message about a disk that it cannot boot (handle_18
// of SeaBIOS, src/boot.c).
const noBootLoader = "No bootable device."

// watch gives up once the firmware gives up.
func (p planting) watch(ctx context.Context, giveUp context.CancelCauseFunc) {
	tick := time.NewTicker(diskPause)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if strings.Contains(p.vm.Console().Tail(firmwareLines), noBootLoader) {
			giveUp(p.failed("has no boot loader for a BIOS", "install one (grub-install --target=i386-pc); an image for UEFI alone cannot be booted", nil))
			return
		}
	}
}

// late is the error for a machine that did not come up.
func (p planting) late(err error) error {
	return p.failed(fmt.Sprintf("has booted no SSH server within %v", diskBoot),
		"see the console; openssh-server must be installed, a network card of virtio configured by DHCP, and the console on the first serial port", err)
}

func (p planting) failed(what, advice string, err error) error {
	console := p.vm.Console()
	return &blame.Error{Party: blame.User, Summary: p.image.String() + " " + what, Advice: advice, Err: err, Tail: console.Tail(consoleLines), Path: console.Path()}
}

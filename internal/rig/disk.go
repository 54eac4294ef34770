// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/internal/patience"
	"github.com/klptest/klptest/internal/remote"
	"github.com/klptest/klptest/vm"
)

const (
	diskBoot   = 5 * time.Minute  // of a guest that gets a processor, to its SSH server
	diskPause  = time.Second      // between two attempts to connect
	loginGrace = 20 * time.Second // in which an SSH server that has just started refuses a key it will take (pam_nologin)
)

// Disk is a machine that QEMU boots from a disk image, which is never written to: what
// the machine writes is gone when it boots again.
type Disk struct {
	image   string
	store   *cache.Cache
	reach   remote.Machine
	options Options
	work    string
	release func()
	kept    bool
	boots   int
	vm      *vm.VM // nil: it does not run
}

var _ Machine = (*Disk)(nil)

// NewDisk describes the machine of an image. reach says who logs in, and how. Close must
// be called in the end; a rig of the machine does it.
func NewDisk(store *cache.Cache, image string, reach remote.Machine, o Options) (*Disk, error) {
	image, err := filepath.Abs(image)
	if err != nil {
		return nil, err
	}
	work, release, err := store.Temp("disk")
	if err != nil {
		return nil, err
	}
	reach.Host, reach.Pins = "127.0.0.1", filepath.Join(work, "known_hosts") // a port means nothing beyond this run
	return &Disk{image: image, store: store, reach: reach, options: o, work: work, release: release, kept: o.Keep}, nil
}

func (d *Disk) String() string { return filepath.Base(d.image) }

// Connect boots the machine, unless it runs, and waits for its SSH server.
func (d *Disk) Connect(ctx context.Context) (*client.Client, error) {
	if d.vm == nil {
		if err := d.boot(ctx); err != nil {
			return nil, err
		}
	}
	c, err := d.login(ctx)
	switch {
	case ctx.Err() != nil:
		d.stop()
	case err != nil:
		err = d.Lost(err)
	}
	return c, err
}

func (d *Disk) boot(ctx context.Context) error {
	d.boots++
	dir := filepath.Join(d.work, fmt.Sprintf("boot-%d", d.boots))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	spec := d.options.spec()
	spec.Append, spec.Disk, spec.Dir = nil, d.image, dir
	v, err := vm.Start(context.WithoutCancel(ctx), spec) // it outlives the wait for it
	if err == nil {
		d.vm, d.reach.Starved = v, v.Starved
		d.reach.Port, err = v.SSHPort(ctx)
	}
	if err != nil {
		d.stop()
	}
	return err
}

// login tries until the machine lets the user in.
func (d *Disk) login(ctx context.Context) (*client.Client, error) {
	ctx, cancel := patience.WithTimeoutCause(ctx, diskBoot, d.vm.Starved, context.DeadlineExceeded)
	defer cancel()
	var refusedSince time.Time
	for {
		c, err := d.reach.Connect(ctx)
		if err == nil {
			return c, nil
		}
		if errors.Is(err, remote.ErrKey) && refusedSince.IsZero() {
			refusedSince = time.Now()
		}
		e, ok := errors.AsType[*blame.Error](err)
		again := ok && e.Transient || errors.Is(err, remote.ErrKey) && time.Since(refusedSince) < loginGrace
		switch {
		case context.Cause(ctx) == context.DeadlineExceeded:
			return nil, d.late(err)
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case !again:
			return nil, err
		}
		select {
		case <-time.After(diskPause):
		case <-d.vm.Exited():
			return nil, err // whose death says more
		case <-ctx.Done():
		}
	}
}

// late is the error of a machine that did not come up.
func (d *Disk) late(err error) error {
	e := &blame.Error{Party: blame.User, Err: err, Tail: d.vm.Console().Tail(20), Path: d.vm.Console().Path()}
	select {
	case <-d.vm.Console().Alive():
		e.Summary = fmt.Sprintf("%s has booted no SSH server within %v", d, diskBoot)
		e.Advice = "see the console; openssh-server must be installed, and a network card of virtio configured by DHCP"
	default:
		e.Summary, e.Err = fmt.Sprintf("%s prints nothing on its serial console, and no SSH server answers within %v", d, diskBoot), nil
		e.Advice = "see whether it has a boot loader for a BIOS, and has its console on the first serial port"
	}
	return e
}

// Lost says why the session with the machine has ended, and ends the machine.
func (d *Disk) Lost(err error) error {
	if d.vm == nil {
		return err
	}
	select {
	case <-d.vm.Exited():
		if death := d.vm.Death(); death != nil {
			err = death
		}
	case <-time.After(deathGrace):
		err = d.vm.Blame(err)
	}
	d.kept = true
	d.stop()
	return err
}

// Reboot ends the machine. The next connection boots it from the image.
func (d *Disk) Reboot(context.Context) error {
	d.stop()
	return nil
}

func (d *Disk) stop() {
	if d.vm != nil {
		_ = d.vm.Close() // it has nothing that anybody wants
		d.vm = nil
	}
}

// CPUTime is the processor time that the machine has had.
func (d *Disk) CPUTime() (vm.CPUTime, error) {
	if d.vm == nil {
		return vm.CPUTime{}, errors.New("it does not run")
	}
	return d.vm.CPUTime()
}

// Close ends the machine, and removes its logs unless they are wanted.
func (d *Disk) Close() error {
	d.stop()
	defer d.release()
	if d.kept {
		return d.store.Keep(d.work, d.options.Keep)
	}
	return nil
}

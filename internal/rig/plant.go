// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/patience"
	"github.com/klptest/klptest/internal/remote"
	"github.com/klptest/klptest/vm"
)

const (
	diskBoot   = 10 * time.Minute // of a guest that gets a processor, to its SSH server
	diskPause  = time.Second      // between two attempts to connect
	loginGrace = 20 * time.Second // in which an SSH server that has just started refuses a key it will take (pam_nologin)
)

// planting is the start of the agent on a machine that boots from an image.
type planting struct {
	image *Image
	vm    *vm.VM
	reach remote.Machine
}

// plant waits until the machine lets its user in, and starts the agent there.
func (i *Image) plant(ctx context.Context, v *vm.VM, dir string, keys *vm.Keys) error {
	text, err := json.Marshal(guest.KeyFiles(keys.HostKey(), keys.AuthorizedKey()))
	if err != nil {
		return err
	}
	p := planting{i, v, i.reach}
	p.reach.Starved = v.Starved
	p.reach.Pins = filepath.Join(dir, "known_hosts") // the port means nothing beyond this boot
	if p.reach.Port, err = v.SSHPort(ctx); err != nil {
		return err
	}
	_, err = whileAlive(ctx, v, func(ctx context.Context) (struct{}, error) { return struct{}{}, p.start(ctx, text) })
	return err
}

// start tries until the machine lets the user in.
func (p planting) start(ctx context.Context, keys []byte) error {
	ctx, cancel := patience.WithTimeoutCause(ctx, diskBoot, p.vm.Starved, context.DeadlineExceeded)
	defer cancel()
	var refusedSince time.Time
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
			return p.late(err)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !again:
			return err
		}
		select {
		case <-time.After(diskPause):
		case <-p.vm.Exited():
			return err // whose death says more
		case <-ctx.Done():
		}
	}
}

// late is the error of a machine that did not come up.
func (p planting) late(err error) error {
	console := p.vm.Console()
	e := &blame.Error{Party: blame.User, Err: err, Tail: console.Tail(20), Path: console.Path()}
	select {
	case <-console.Alive():
		e.Summary = fmt.Sprintf("%s has booted no SSH server within %v", p.image, diskBoot)
		e.Advice = "see the console; openssh-server must be installed, and a network card of virtio configured by DHCP"
	default:
		e.Summary, e.Err = fmt.Sprintf("%s prints nothing on its serial console, and no SSH server answers within %v", p.image, diskBoot), nil
		e.Advice = "see whether it has a boot loader for a BIOS, and has its console on the first serial port"
	}
	return e
}

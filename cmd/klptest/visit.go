// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/internal/remote"
	"github.com/klptest/klptest/internal/rig"
)

// visit is a person's session where a rig runs cases.
type visit interface {
	// play makes the modules ready, including the case's own, and runs the commands of the
	// case, which may be nil.
	play(context.Context, *casefile.Case) (judge.Result, error)
	// attach runs a command or a shell; see client.Attach.
	attach(context.Context, client.Streams, []string) (status int, err error)
	// close ends the rig as well.
	close() error
}

func visitOf(r *rig.Rig) visit {
	if m, ok := r.Machine().(*remote.Machine); ok {
		return machineVisit{r, m}
	}
	return &guestVisit{rig: r}
}

// guestVisit is a visit to a guest of its own.
type guestVisit struct {
	rig   *rig.Rig
	guest *rig.Guest // nil: there is none yet
}

func (v *guestVisit) play(ctx context.Context, c *casefile.Case) (res judge.Result, err error) {
	if v.guest, err = v.rig.Guest(ctx, c); err != nil || c == nil {
		return res, err
	}
	return v.guest.Play(ctx, c)
}

func (v *guestVisit) attach(ctx context.Context, streams client.Streams, command []string) (status int, err error) {
	err = v.guest.Do(ctx, func(ctx context.Context) (err error) {
		status, err = client.Attach(ctx, v.guest.SSH, streams, "", command)
		return err
	})
	return status, err
}

func (v *guestVisit) close() (err error) {
	if v.guest != nil {
		err = v.guest.Close()
	}
	return blame.Join(err, v.rig.Close())
}

// machineVisit is a visit to a machine that klptest did not boot. The agent keeps running
// meanwhile, since it has the modules.
type machineVisit struct {
	rig     *rig.Rig
	machine *remote.Machine
}

func (v machineVisit) play(ctx context.Context, c *casefile.Case) (judge.Result, error) {
	return v.rig.Visit(ctx, c)
}

func (v machineVisit) attach(ctx context.Context, streams client.Streams, command []string) (int, error) {
	return v.machine.Attach(ctx, streams, command)
}

func (v machineVisit) close() error { return v.rig.Close() }

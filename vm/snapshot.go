// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/vm/qmp"
)

const (
	snapshotLimit = 5 * time.Minute // for everything; the disk may be slow
	silenceLimit  = time.Minute     // for the guest to notice that the connection is closed
	maxState      = 64 << 20        // bytes of device state, which has a third of a megabyte
)

// Snapshot stops the guest, makes a template of it in Spec.Template, and ends
// the guest, even on failure. It closes the SSH connection if that is still
// open. key stands for the contents of Kernel and Initrd, and for what the guest
// has been given since. When Snapshot returns nil, the template is on the disk.
func (v *VM) Snapshot(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, snapshotLimit, fmt.Errorf("not done within %s", snapshotLimit))
	defer cancel()
	err := v.snapshot(ctx, key)
	if err != nil {
		err = fmt.Errorf("snapshot of the guest: %w", err)
	}
	return blame.Join(err, v.Close())
}

func (v *VM) snapshot(ctx context.Context, key string) error {
	if v.draft == nil {
		return blame.Rigf("the guest was not started as a template")
	}
	release, err := v.Hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	id, err := thisHost.templateID(v.config, key)
	if err != nil {
		return err
	}
	state, err := v.saveState(ctx)
	if err != nil {
		err = v.ended(ctx, err)
		if death := v.Death(); death != nil && ctx.Err() == nil { // otherwise it was told to end
			err = death
		}
		return err
	}
	return noPlace(v.draft.store(manifest{ID: id, Accel: v.accel, Keys: v.config.Keys.stored()}, state))
}

// halt stops the guest once its agent waits for another connection. Otherwise,
// a clone would have the guest's half of the current one.
func (v *VM) halt(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, silenceLimit, errors.New("the guest did not end its SSH connection"))
	defer cancel()
	if err := v.link.Close(); err != nil {
		return err
	}
	select {
	case <-v.link.over:
		return v.monitor.Typed(ctx).Stop()
	case <-v.exited:
		return qmp.ErrGone
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// saveState ends the guest and returns its device state. The memory file is
// complete once QEMU has exited.
func (v *VM) saveState(ctx context.Context) ([]byte, error) {
	if err := v.halt(ctx); err != nil {
		return nil, err
	}
	m, err := v.prepareMigration(ctx)
	if err != nil {
		return nil, err
	}
	read := make(chan []byte, 1)
	go func() {
		state, _ := io.ReadAll(io.LimitReader(m.stream, maxState)) // QEMU itself says whether this is all
		read <- state
	}()
	if err := m.typed.Migrate(migrationURI, nil, nil, nil); err != nil {
		return nil, err
	}
	if err := m.wait(ctx); err != nil {
		return nil, err
	}
	if err := m.typed.Quit(); err != nil && !errors.Is(err, qmp.ErrGone) {
		return nil, err
	}
	select {
	case <-v.exited:
		return <-read, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

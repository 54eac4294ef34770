// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/klptest/klptest/internal/blame"
)

const (
	cloneLimit = time.Minute // for QEMU to load a state of less than a megabyte
	lastWords  = time.Second // for QEMU to exit after a failed load
)

// Clone starts a guest that continues where the template stopped, and returns
// when the guest runs. The guest shares the template's memory until it writes to
// it. Its logs go to dir, an existing private directory. Its entropy pool and
// clock are the template's: the first login must reseed the pool and set the
// clock. As with Start, the guest is killed when ctx is done. The error wraps
// ErrStale if QEMU does not accept the template.
func (t *Template) Clone(ctx context.Context, dir string) (*VM, error) {
	c := t.config
	c.Dir = dir
	if err := c.pass(cloneChecks); err != nil {
		return nil, err
	}
	v := newVM(c, t.accel)
	v.parent = t
	return v.orClose(v.resume(ctx))
}

// resume starts a clone, as boot starts any other machine.
func (v *VM) resume(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err := v.run(ctx); err != nil {
		return err
	}
	if err := v.loadState(ctx); err != nil {
		return v.refused(ctx, v.ended(ctx, err))
	}
	return v.ended(ctx, v.monitor.Typed(ctx).Cont())
}

// loadState loads the device state and leaves the machine stopped.
func (v *VM) loadState(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, cloneLimit, fmt.Errorf("QEMU did not load the template within %s", cloneLimit))
	defer cancel()
	if err := v.monitor.Connect(ctx); err != nil {
		return err
	}
	m, err := v.prepareMigration(ctx)
	if err != nil {
		return err
	}
	v.feed(m.stream)
	if err := m.typed.MigrateIncoming(migrationURI); err != nil {
		return err
	}
	return m.wait(ctx)
}

// feed writes the state to QEMU. QEMU may never read it, so the writer ends with
// the machine.
func (v *VM) feed(stream net.Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = stream.Write(v.parent.state) // QEMU complains when the state is incomplete
		stream.Close()
	}()
	v.cleanup.add(func() error {
		stream.Close()
		<-done
		return nil
	})
}

// refused blames a failure to load a template on the template, unless ctx or
// SIGKILL ended the attempt.
func (v *VM) refused(ctx context.Context, err error) error {
	if ctx.Err() != nil || isClosed(v.exited) && v.process.KilledBy(syscall.SIGKILL) {
		return err
	}
	if errors.Is(err, errMigration) {
		v.awaitLastWords(ctx)
	}
	e := &blame.Error{Summary: err.Error()}
	if death := v.Death(); death != nil {
		errors.As(death, &e)
	}
	e.Party, e.Err, e.Advice = blame.Rig, ErrStale, ""
	return e
}

func (v *VM) awaitLastWords(ctx context.Context) {
	select {
	case <-v.exited:
	case <-time.After(lastWords):
	case <-ctx.Done():
	}
}

// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/patience"
	"github.com/klptest/klptest/vm/qmp"
)

const (
	autoLife   = 5 * time.Second  // first console byte under KVM, if TCG is the alternative
	forcedLife = 10 * time.Second // the same, if there is none
)

// errNoLife says that the guest has not printed a byte.
var errNoLife = errors.New("the guest shows no life")

// Start starts the machine and returns when QEMU runs; the guest's kernel is
// then about to boot. The guest is killed when ctx is done, even after Start has
// returned. After an error, only the logs in spec.Dir are left.
func Start(ctx context.Context, spec Spec) (*VM, error) { return thisHost.start(ctx, spec) }

func (h host) start(ctx context.Context, spec Spec) (*VM, error) {
	c, err := spec.complete(startChecks)
	if err != nil {
		return nil, err
	}
	switch c.Accel {
	case KVM:
		return launch(ctx, c, KVM, forcedLife)
	case TCG:
		return launch(ctx, c, TCG, 0)
	}
	reason := h.noKVM(c)
	if reason == "" {
		v, err := launch(ctx, c, KVM, autoLife)
		if err == nil || ctx.Err() != nil {
			return v, err
		}
		reason = h.learn(c, err)
	}
	c.Notice(emulation(reason))
	return launch(ctx, c, TCG, 0)
}

// learn returns why a start under KVM failed. It records only the costly
// failure; a refusal by QEMU costs no time.
func (h host) learn(c config, failure error) string {
	if !errors.Is(failure, errNoLife) {
		return failure.Error()
	}
	reason := failure.Error()
	if err := h.remember(c, reason); err != nil {
		reason += " (not remembered: " + err.Error() + ")"
	}
	return reason
}

// launch starts QEMU with one accelerator. If life is not 0, it waits that long
// for the first byte on the console.
func launch(ctx context.Context, c config, accel Accel, life time.Duration) (*VM, error) {
	v := newVM(c, accel)
	return v.orClose(v.boot(ctx, life))
}

// orClose returns v if it started without an error. Otherwise it closes v, and
// the error is v's death if v died.
func (v *VM) orClose(err error) (*VM, error) {
	if err == nil {
		return v, nil
	}
	if death := v.Death(); death != nil && !errors.Is(err, ErrStale) {
		err = death
	}
	return nil, blame.Join(err, v.Close())
}

func (v *VM) boot(ctx context.Context, life time.Duration) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err := v.run(ctx); err != nil {
		return err
	}
	if err := v.monitor.Connect(ctx); err != nil {
		return v.ended(ctx, err)
	}
	if life > 0 {
		return v.awaitLife(ctx, life)
	}
	return nil
}

// ended waits for the end of a machine whose QMP connection broke, so that the
// last words of QEMU and the guest explain the error.
func (v *VM) ended(ctx context.Context, err error) error {
	if errors.Is(err, qmp.ErrGone) {
		v.process.Kill() // it may have closed QMP without exiting
		<-v.exited
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (v *VM) awaitLife(ctx context.Context, limit time.Duration) error {
	late := make(chan struct{})
	timer := patience.After(limit, v.Starved, func() { close(late) })
	defer timer.Stop()
	select {
	case <-v.console.Alive():
		return nil
	case <-v.exited:
		if isClosed(v.console.Alive()) {
			return nil
		}
		return v.Death()
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-late:
		return &blame.Error{
			Party:  blame.Rig,
			Err:    fmt.Errorf("%w within %s under KVM", errNoLife, limit),
			Advice: "try --accel tcg",
		}
	}
}

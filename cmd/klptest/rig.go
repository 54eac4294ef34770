// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/doctor"
	"github.com/klptest/klptest/internal/rig"
)

// perishes is when what is made anew within seconds is removed from the cache:
// each klptest, and each kernel that is built, makes its own.
const perishes = 14 * 24 * time.Hour

// newRig makes a rig on the default cache. It takes as many jobs as fit when
// none are asked for.
func (a *app) newRig(ctx context.Context, o rig.Options) (*rig.Rig, error) {
	store, err := a.openCache()
	if err != nil {
		return nil, err
	}
	if err := store.Expire(ctx, perishes, "templates", "initramfs", "selftests"); err != nil {
		a.notice("what is old in the cache stays: " + err.Error())
	}
	o.Notice = a.notice
	if o.Jobs == 0 {
		o.Jobs = sideBySide(o.Memory, 1)
	}
	return rig.New(ctx, store, o)
}

// sideBySide is how many cases run at once when nobody says, at most so many
// for each processor; memory is what a guest gets, 0 for its default.
func sideBySide(memory, perCPU int) int {
	return doctor.Here().Guests(cmp.Or(memory, (&images.Kernel{}).Memory()), perCPU)
}

// mostMemory is what the largest guest of the cases gets, in MiB; memory is for
// those that do not say, 0 for the default.
func mostMemory(list []*casefile.Case, memory int) int {
	most := cmp.Or(memory, (&images.Kernel{}).Memory())
	for _, c := range list {
		most = max(most, c.Memory)
	}
	return most
}

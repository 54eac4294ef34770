// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"cmp"
	"context"
	"errors"
	"os"
	"strconv"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
)

// counter is a machine whose kernel counts the lines it runs.
type counter interface{ counters() gcov.Counters }

// counters returns the counters of the case; nil: the case did not complete.
func (m *guestMachine) counters() gcov.Counters { return m.counted }

// readCounters reads and checks the guest's counters.
func (m *guestMachine) readCounters(ctx context.Context) (gcov.Counters, error) {
	raw, err := m.Agent.Counters(ctx, m.rig.counting.Objects())
	if err != nil {
		return nil, err
	}
	c, err := gcov.ParseAll(raw)
	if err != nil {
		return nil, blame.Rigf("the guest's counters: %w", err)
	}
	return c, nil
}

// openCounters reads the gcov notes of a kernel that counts; it creates dir for them.
func openCounters(ctx context.Context, k *images.Kernel, dir string) (*gcov.Kernel, error) {
	version, _ := strconv.Atoi(k.Config["GCC_VERSION"]) // 120200; 0 for another compiler
	switch {
	case k.Config["GCOV_KERNEL"] != "y":
		return nil, countsNothing(k)
	case version == 0:
		return nil, blame.AdviseUserf("build it with gcc: leave --llvm out", "the kernel %s counts in another form than gcc's, which klptest cannot read", k.Name)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	counting, err := gcov.Open(ctx, k.KDir, kbuild.CountedIn(k.KDir), version/10000, dir)
	if errors.Is(err, gcov.ErrNone) {
		return nil, countsNothing(k)
	}
	return counting, err
}

func countsNothing(k *images.Kernel) error {
	source := "SRC"
	if dir, ok := kbuild.SourceOf(k.KDir); ok {
		source = dir
	}
	return &blame.Error{Party: blame.User, Err: gcov.ErrNone, Summary: "--kernel " + cmp.Or(k.Spec, k.Name),
		Advice: "klptest kernel build " + source + " --gcov builds one that does; then --kernel KDIR, the directory that it names"}
}

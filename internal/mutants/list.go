// SPDX-License-Identifier: Apache-2.0

package mutants

import "slices"

const (
	state      = "kernel/livepatch/state.c"
	core       = "kernel/livepatch/core.c"
	transition = "kernel/livepatch/transition.c"
	patch      = "kernel/livepatch/patch.c"
)

// List returns the mutants, by file. The behaviour that they break is
// documented in Documentation/livepatch/: system-state.rst,
// cumulative-patches.rst, callbacks.rst and livepatch.rst. Upstream's tests are
// test-state.sh, test-callbacks.sh and test-livepatch.sh of
// tools/testing/selftests/livepatch in Linux 6.12.
func List() []Mutant {
	return slices.Concat(stateMutants, coreMutants, transitionMutants, patchMutants)
}

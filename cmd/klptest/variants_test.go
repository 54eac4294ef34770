// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/klptest/klptest/internal/variants"
)

func TestKernelsNamed(t *testing.T) {
	for pattern, want := range map[string]int{"*": len(variants.Kernels()), "tiny": 1, "*-llvm": 2, "nothing": 0} {
		if got := kernelsNamed([]string{pattern}); len(got) != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}

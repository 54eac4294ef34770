// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/supervise"
)

// TestAttackOneSandbox checks that builds in the sandbox run one after the other, so
// that all cases together take no more memory than one.
func TestAttackOneSandbox(t *testing.T) {
	if supervise.LandlockABI() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	b, headers := newBuilder(t, "good"), t.TempDir()
	write(t, filepath.Join(headers, "Makefile"), "")
	plan := build{target: Target{KDir: headers, Release: "6.12.1"}, tools: tools{make: "/usr/bin/true", cc: "/usr/bin/true"},
		files: own, foreign: true, boxed: true, limit: time.Minute}
	var running, built atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			err := b.fresh(t.Context(), plan, func(string) error {
				if n := running.Add(1); n != 1 {
					t.Errorf("%d at once", n)
				}
				time.Sleep(50 * time.Millisecond)
				running.Add(-1)
				built.Add(1)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	if wg.Wait(); built.Load() != 4 {
		t.Errorf("%d builds", built.Load())
	}
}

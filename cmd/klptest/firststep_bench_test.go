// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/benchtest"
)

// BenchmarkFirstStep measures from the start of klptest to what the kernel logs in the first
// step of a case, when everything that a run prepares is in the cache.
func BenchmarkFirstStep(b *testing.B) {
	firstStep(b) // warms the cache
	var s benchtest.Samples
	for b.Loop() {
		s = append(s, firstStep(b))
	}
	s.Report(b)
}

func firstStep(b *testing.B) (took time.Duration) {
	b.Helper()
	cmd := klptest("", "run", "--kernel", benchKernelName(), "-v", "func-patched")
	log, err := cmd.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if took == 0 && strings.Contains(lines.Text(), "livepatch: enabling patch") {
			took = time.Since(start)
		}
	}
	if err := cmd.Wait(); err != nil || took == 0 {
		b.Fatalf("%v, the first step after %v", err, took)
	}
	return took
}

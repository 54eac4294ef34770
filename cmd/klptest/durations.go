// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path/filepath"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/durations"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/rig"
)

// timings returns the file that records how long cases took, and the place of a run in
// it: its kernel and its accelerator.
func timings(p report.Provenance) (file, place string, err error) {
	root, err := cache.Default()
	return filepath.Join(root, "durations.json"), p.Kernel + " " + p.Machine.Accel, err
}

// estimates returns how long the tests took when they last ran in the same way.
func estimates(p report.Provenance, list []rig.Test) report.Estimates {
	file, place, err := timings(p)
	if err != nil {
		return nil
	}
	took := durations.Read(file, place)
	all := make(report.Estimates, len(list))
	for i, t := range list {
		all[i] = took[t.Name()]
	}
	return all
}

// remember records how long the cases took. If that fails, only the status line of a
// later run suffers.
func remember(d report.Document) {
	file, place, err := timings(d.Provenance)
	took := map[string]time.Duration{}
	for _, r := range d.Results() {
		if r.Verdict != judge.Skip && r.Verdict != judge.Error {
			took[r.Name] = r.Duration
		}
	}
	if err == nil && len(took) > 0 {
		_ = durations.Write(file, place, took)
	}
}

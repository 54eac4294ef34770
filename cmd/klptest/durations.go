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

// timings is the file of how long cases took, and the place in it of a run: its
// kernel and its accelerator.
func timings(p report.Provenance) (file, place string, err error) {
	root, err := cache.Default()
	return filepath.Join(root, "durations.json"), p.Kernel + " " + p.Machine.Accel, err
}

// estimates are how long the tests took when they last ran so.
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

// remember keeps how long the cases took. Only the status line of a later run lacks
// what cannot be kept.
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

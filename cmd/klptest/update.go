// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
)

// update rewrites the files of the cases that failed to what was observed.
func (a *app) update(list []*casefile.Case, results []judge.Result) error {
	var errs []error
	for i, res := range results {
		if res.Verdict != judge.Fail {
			continue
		}
		if err := judge.UpdateFile(list[i], res.Observation); err != nil {
			errs = append(errs, err)
			continue
		}
		a.notice("updated " + list[i].File)
	}
	return blame.Join(errs...)
}

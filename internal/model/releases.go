// SPDX-License-Identifier: Apache-2.0

package model

import (
	"context"
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/kversion"
)

// Releases are the kernels since 6.1 that differ in the model, oldest first. Kernels
// in between are like the one before. The model also knows older ones ([facts]).
var Releases = []string{"6.1", "6.3", "6.11", "6.14", "7.1", "7.3"}

// Until returns the first kernel after a release that answers a case's commands
// differently; empty: none is known, or the model does not cover them.
func Until(ctx context.Context, release string, c *casefile.Case) string {
	want, err := Predict(ctx, release, c)
	if err != nil {
		return ""
	}
	for _, later := range Releases {
		if kversion.Parse(later).Compare(kversion.Parse(release)) <= 0 {
			continue
		}
		if got, err := Predict(ctx, later, c); err != nil || got != want {
			return later
		}
	}
	return ""
}

// usual is the kernel that most cases run on. A difference that it shows as well
// is reported for it.
const usual = "6.12"

// releases returns the kernels for which a case's transcripts may differ.
func releases(c *casefile.Case) []string {
	list := append([]string{usual}, Releases...)
	add := func(conditions []casefile.Condition) {
		for _, cond := range conditions {
			if _, err := factsOf(cond.Value); cond.Fact == "kernel" && err == nil && !slices.Contains(list, cond.Value) {
				list = append(list, cond.Value)
			}
		}
	}
	for _, s := range c.Steps {
		add(s.When)
		for _, e := range s.Expect {
			add(e.When)
		}
	}
	return list
}

// SPDX-License-Identifier: Apache-2.0

package model

import (
	"context"
	"slices"
	"testing"

	"github.com/klptest/klptest/cases"
)

// notModelled are the shipped cases that the model cannot run.
func notModelled(c *cases.Case) bool {
	return len(c.Sources) > 0 || slices.ContainsFunc(c.Steps, func(s cases.Step) bool { return s.Command.Verb == cases.Sh })
}

// TestShipped: the transcripts of the shipped cases are what the model says.
func TestShipped(t *testing.T) {
	list, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if notModelled(c) {
			continue
		}
		for _, release := range Releases {
			t.Run(c.Name+"/"+release, func(t *testing.T) {
				m, err := New(release)
				if err != nil {
					t.Fatal(err)
				}
				if res := cases.Run(context.Background(), m, c); res.Verdict != cases.Pass && res.Verdict != cases.Skip {
					t.Errorf("%s: %v\n%s", res.Verdict, res.Reasons, res.Diff)
				}
			})
		}
	}
}

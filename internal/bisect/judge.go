// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases"
)

// Mark is what a commit is.
type Mark string

// The marks.
const (
	Good Mark = "good"
	Bad  Mark = "bad"
	Skip Mark = "skip"
)

// Judgement is a mark and the reason for it, one line.
type Judgement struct {
	Mark Mark
	Why  string
}

// maxUnclear is how many runs in which nothing failed, but something could
// not be judged, a commit gets.
const maxUnclear = 2

// Judge runs the cases until the commit can be marked: once when they pass;
// as often as confirm says when they fail, where all runs must agree.
func Judge(ctx context.Context, confirm int, run func(context.Context) ([]cases.Result, error)) (Judgement, error) {
	var first verdict
	for fails, unclear := 0, 0; ; {
		results, err := run(ctx)
		if err != nil {
			return Judgement{}, err
		}
		v := sum(results)
		switch {
		case v.mark == Skip:
			if unclear++; unclear == maxUnclear {
				return Judgement{Skip, v.why}, nil
			}
			continue
		case fails > 0 && v.why != first.why:
			return Judgement{Skip, fmt.Sprintf("runs differ: %s; then %s", first.why, v.why)}, nil
		case v.mark == Good:
			return v.judgement(), nil
		}
		first = v
		if fails++; fails >= confirm {
			return v.judgement(), nil
		}
	}
}

// verdict is what one run says.
type verdict struct {
	mark Mark
	why  string
}

func (v verdict) judgement() Judgement { return Judgement{v.mark, v.why} }

// sum is what a run says of the kernel. An ERROR decides nothing, but a FAIL
// beside it does.
func sum(results []cases.Result) verdict {
	names := map[cases.Verdict][]string{}
	for _, r := range results {
		names[r.Verdict] = append(names[r.Verdict], r.Name)
	}
	for _, list := range names {
		slices.Sort(list)
	}
	switch {
	case len(names[cases.Fail]) > 0:
		return verdict{Bad, "FAIL " + strings.Join(names[cases.Fail], " ")}
	case len(names[cases.Error]) > 0:
		return verdict{Skip, "ERROR " + strings.Join(names[cases.Error], " ")}
	case len(names[cases.Pass]) == 0:
		return verdict{Skip, "no case was run"}
	}
	return verdict{Good, "PASS"}
}

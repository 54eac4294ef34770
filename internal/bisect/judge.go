// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"context"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/exit"
)

// Mark says whether a commit is good or bad.
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

// Exit returns the exit status that tells git bisect run the judgement.
func (j Judgement) Exit() int {
	switch j.Mark {
	case Good:
		return exit.BisectGood
	case Bad:
		return exit.BisectBad
	}
	return exit.BisectSkip
}

// maxUnclear is the number of unclear runs that is too many, for a commit or
// for the confirmation of a case.
const maxUnclear = 2

// Judge runs the cases until the commit can be marked. The runs themselves
// confirm failures.
func Judge(ctx context.Context, run func(context.Context) ([]judge.Result, error)) (Judgement, error) {
	for unclear := 1; ; unclear++ {
		results, err := run(ctx)
		if err != nil {
			return Judgement{}, err
		}
		if j, clear := sum(results); clear || unclear == maxUnclear {
			return j, nil
		}
	}
}

// kind is the meaning of one result.
type kind int

const (
	skipped kind = iota
	passed
	broken  // an ERROR
	unsure  // a FAIL that could not be confirmed
	other   // a FAIL that is not the case's symptom
	certain // a FAIL in each run
	flaky   // a FAIL in some runs
)

// rules give the meaning of a run by its results: the first rule with a
// matching result decides. An ERROR decides nothing, but a FAIL beside it does.
// The search is neither for a flaky case nor for one that fails with another
// symptom.
var rules = []struct {
	kind  kind
	mark  Mark
	why   string // the cases' names follow it
	clear bool   // another run would not tell more
}{
	{flaky, Skip, "runs differ:", true},
	{certain, Bad, "FAIL", true},
	{unsure, Skip, "not confirmed: FAIL", false},
	{other, Skip, "not the reported symptom: FAIL", true},
	{broken, Skip, "ERROR", false},
	{passed, Good, "PASS", true},
}

func sum(results []judge.Result) (j Judgement, clear bool) {
	names, found := judge.Naming{}, map[kind][]string{}
	for _, r := range results {
		names.Add(r.ID())
	}
	for _, r := range results {
		k := kindOf(r)
		found[k] = append(found[k], names.Of(r.ID())+often(r.Confirmation))
	}
	for _, rule := range rules {
		list := found[rule.kind]
		switch {
		case len(list) == 0:
		case rule.mark == Good:
			return Judgement{Good, rule.why}, true
		default:
			slices.Sort(list)
			list = slices.Compact(list) // a case may run more than once
			return Judgement{rule.mark, rule.why + " " + strings.Join(list, ", ")}, rule.clear
		}
	}
	return Judgement{Skip, "no case was run"}, false
}

func kindOf(r judge.Result) kind {
	switch {
	case r.Verdict == judge.Pass:
		return passed
	case r.Verdict == judge.Error:
		return broken
	case r.Verdict != judge.Fail:
		return skipped
	case r.Reported == judge.NotAsReported:
		return other
	case r.Confirmation.Flaky():
		return flaky
	case confirmed(r.Confirmation):
		return certain
	}
	return unsure
}

// confirmed reports whether a case has failed often enough: no confirmation was
// requested, or it failed each time, more than once.
func confirmed(c judge.Confirmation) bool {
	return c.Runs == 0 || c.Failed == c.Runs && c.Runs > 1 && len(c.Unjudged) < maxUnclear
}

// often says how often a case failed, as text that follows the case's name.
func often(c judge.Confirmation) string {
	if text := c.String(); text != "" {
		return " (" + text + ")"
	}
	return ""
}

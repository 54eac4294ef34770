// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"slices"
	"testing"

	"github.com/klptest/klptest/cases/machine"
)

func TestDebugLinesAreExpectedWhereTheyAreLogged(t *testing.T) {
	const (
		debug  = "livepatch: 'klp_a': initializing patching transition"
		notice = "livepatch: 'klp_a': starting patching transition"
	)
	step := Step{Expect: []Expected{{Text: debug}, {Text: notice}, {Text: "= " + debug, Kind: Output}}}
	for name, test := range map[string]struct {
		facts machine.Facts
		want  int
	}{
		"configuration not known": {machine.Facts{}, 3},
		"dynamic debug":           {machine.Facts{Config: map[string]string{"DYNAMIC_DEBUG": "y"}}, 3},
		"none":                    {machine.Facts{Config: map[string]string{"DYNAMIC_DEBUG_CORE": "y"}}, 2},
		"no control":              {machine.Facts{NoDebug: true, Config: map[string]string{"DYNAMIC_DEBUG": "y"}}, 2},
	} {
		got := (&Case{Steps: []Step{step}}).Resolve(test.facts)[0].Expect
		if len(got) != test.want || !slices.ContainsFunc(got, func(e Expected) bool { return e.Text == notice }) {
			t.Errorf("%s: expected are %v", name, got)
		}
	}
}

// Each line of a transition comes from either pr_debug() or pr_notice().
func TestDebugLine(t *testing.T) {
	for line, want := range map[string]bool{
		"livepatch: 'klp_a': initializing unpatching transition":                         true,
		"livepatch: 'klp_a': completing patching transition":                             true,
		"livepatch: 'klp_a': canceling patching transition, going to unpatch":            true,
		"livepatch: 'klp_a': reversing transition from patching to unpatching":           true,
		"livepatch: 'klp_a': reversing transition from unpatching to patching":           true,
		"livepatch: 'klp_a': starting unpatching transition":                             false,
		"livepatch: 'klp_a': patching complete":                                          false,
		"livepatch: enabling patch 'klp_a'":                                              false,
		"klp_a: livepatch: 'klp_a': completing patching transition":                      false,
		"livepatch: 'klp_a': completing patching transition of what no kernel speaks of": false,
	} {
		if got := debugLine.MatchString(line); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
}

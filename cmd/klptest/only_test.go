// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/mutants"
	"github.com/klptest/klptest/internal/variants"
)

func TestOnly(t *testing.T) {
	for patterns, want := range map[string]int{"*": len(variants.Kernels()), "tiny": 1, "*-llvm": 2, "tiny,t*,single": 2} {
		if got, err := variantsOnly().matching(strings.Split(patterns, ",")); len(got) != want || err != nil {
			t.Errorf("%s: %v, %v", patterns, got, err)
		}
	}
	if got, err := mutantsOnly().matching([]string{"*"}); len(got) != len(mutants.List()) || err != nil {
		t.Errorf("%d mutants, %v", len(got), err)
	}
}

// TestOnlyNothing: what is not there cannot pass.
func TestOnlyNothing(t *testing.T) {
	for _, test := range []struct {
		patterns []string
		want     string
	}{
		{nil, "--only names no kernel"},
		{[]string{"zzz*"}, `--only: no kernel matches "zzz*"`},
		{[]string{"tiny", "severs"}, `--only: no kernel matches "severs" (did you mean server?)`},
		{[]string{"["}, `--only: "[" is not a pattern: syntax error in pattern`},
	} {
		_, err := variantsOnly().matching(test.patterns)
		if err == nil || err.Error() != test.want || blame.Of(err) != blame.User || !strings.Contains(blame.Detail(err), "server, tiny, ") {
			t.Errorf("%q: %v", test.patterns, err)
		}
	}
}

// TestRefusedAtOnce: a mistake of the user is told in a line or two, before anything is
// built.
func TestRefusedAtOnce(t *testing.T) {
	inMistakes(t)
	for words, want := range map[string]string{
		"variants new-source --only zzz* state-add":               `klptest: --only: no kernel matches "zzz*"`,
		"mutants new-source --only zzz* state-add":                `klptest: --only: no mutant matches "zzz*"`,
		"mutants new-source --only version-ignore state-add":      `klptest: --only: no mutant matches "version-ignore" (did you mean version-ignored?)`,
		"variants directory state-add":                            "klptest: $WORK/directory is not the source of a kernel",
		"variants old-source --only tiny state-add --out results": "klptest: Linux 4.19 in $WORK/old-source is too old: livepatches have had states since Linux 5.5",
	} {
		said := mistake(t, strings.Fields(words))
		first, _, _ := strings.Cut(said, "\n")
		if first != want || !strings.HasSuffix(said, "\n[2]\n") || strings.Count(said, "\n") > 3 {
			t.Errorf("%s: %s", words, said)
		}
	}
}

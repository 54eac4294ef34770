// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
)

func TestJudgeLeftovers(t *testing.T) {
	tests := map[string]struct {
		leaves []string
		end    machine.EndState
		broken string
		want   []string
	}{
		"nothing":   {},
		"a module":  {end: machine.EndState{Modules: []string{"klp_a"}}, want: []string{"module klp_a is still loaded"}},
		"one meant": {leaves: []string{"klp_a"}, end: machine.EndState{Modules: []string{"klp_a"}}},
		"one gone":  {leaves: []string{"klp_a"}, want: []string{"module klp_a is gone, though the case says that it stays"}},
		"a function": {
			end:  machine.EndState{Functions: []string{"klp_target_value", "schedule"}},
			want: []string{"function klp_target_value is still redirected by ftrace", "function schedule is still redirected by ftrace"},
		},
		"one of a pinned module": {
			leaves: []string{"klp_a"},
			end:    machine.EndState{Modules: []string{"klp_a"}, Functions: []string{"schedule"}},
			want:   []string{"function schedule is still redirected by ftrace"},
		},
		"one of a livepatch that stays": {
			leaves: []string{"klp_a"},
			end:    machine.EndState{Modules: []string{"klp_a"}, Patches: []string{"klp_a"}, Functions: []string{"schedule"}},
		},
		"memory": {
			end:  machine.EndState{Leaks: "unreferenced object 0x1 (size 64):\n  comm \"insmod\"\x1b"},
			want: []string{"kmemleak: unreferenced object 0x1 (size 64):", `kmemleak:   comm "insmod"\x1b`},
		},
		"much memory": {
			end:  machine.EndState{Leaks: strings.Repeat("x\n", maxLeakLines+1)},
			want: append(slices.Repeat([]string{"kmemleak: x"}, maxLeakLines), "kmemleak: …"),
		},
		"a fault that has not come": {
			end:  machine.EndState{Records: []machine.Record{{Text: machine.FaultUnused + "3 of kmalloc: livepatch has made 2"}}},
			want: []string{"nothing has failed: no call 3 of kmalloc: livepatch has made 2"},
		},
		"cut short": {end: machine.EndState{Leaks: "x", Modules: []string{"klp_a"}, Functions: []string{"schedule"}}, broken: "lost"},
	}
	for name, tt := range tests {
		c := &casefile.Case{Leaves: tt.leaves}
		j := newJudgement(c, Observation{End: tt.end, Broken: tt.broken})
		if diff := cmp.Diff(tt.want, j.leftovers()); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

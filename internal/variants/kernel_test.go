// SPDX-License-Identifier: Apache-2.0

package variants

import (
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/images/kconfig"
)

// standsIn returns the kernels that have an option.
func standsIn(option string) (names []string) {
	for _, k := range kernels {
		if k.has(option) {
			names = append(names, k.Name)
		}
	}
	return names
}

func TestKernelsCoverTheOptions(t *testing.T) {
	if len(kernels) < 8 {
		t.Errorf("only %d kernels", len(kernels))
	}
	seen := map[string]string{}
	for _, o := range options {
		in := strings.Join(standsIn(o.Name), " ")
		if strings.Count(in, " ") < 1 {
			t.Errorf("%s stands in %q, not in two kernels", o.Name, in)
		}
		if other, same := seen[in]; same {
			t.Errorf("%s and %s stand in the same kernels: nothing tells them apart", o.Name, other)
		}
		seen[in] = o.Name
	}
}

// sound returns the problems that prevent a kernel from being configured.
func sound(k Kernel) (problems []string) {
	choices := map[string]string{}
	for _, name := range k.Options {
		o, ok := find(name)
		if !ok {
			problems = append(problems, "no option "+name)
		}
		if other := choices[o.Choice]; o.Choice != "" && other != "" {
			problems = append(problems, name+" excludes "+other)
		}
		choices[o.Choice] = name
		for need := range strings.FieldsSeq(o.Needs) {
			if !k.has(need) {
				problems = append(problems, name+" needs "+need)
			}
		}
	}
	return problems
}

func TestKernelsAreSound(t *testing.T) {
	list := Kernels()
	for _, o := range options {
		list = append(list, o.Alone())
	}
	for _, k := range list {
		if p := sound(k); p != nil {
			t.Errorf("%s: %s", k.Name, strings.Join(p, ", "))
		}
	}
}

func TestSound(t *testing.T) {
	got := sound(Kernel{Options: []string{"preempt", "preempt-rt", "thinlto", "nothing"}})
	want := []string{"preempt-rt excludes preempt", "thinlto needs clang", "no option nothing"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestFragmentsAgree: the fragments of a kernel can be parsed, and do not
// contradict each other.
func TestFragmentsAgree(t *testing.T) {
	for _, k := range kernels {
		set := map[string]string{}
		for _, f := range k.Fragments() {
			if _, err := kconfig.Parse([]kconfig.Fragment{f}); err != nil {
				t.Error(err)
			}
			for line := range strings.Lines(f.Text) {
				name := optionName(strings.TrimSpace(line))
				if old, twice := set[name]; name != "" && twice && old != line {
					t.Errorf("%s: %q and %q", k.Name, old, line)
				}
				set[name] = line
			}
		}
	}
}

// optionName returns the option that a fragment's line sets or unsets;
// empty for other lines.
func optionName(line string) string {
	if name, ok := strings.CutSuffix(line, " is not set"); ok {
		return strings.TrimPrefix(name, "# ")
	}
	name, _, ok := strings.Cut(line, "=")
	if !ok || line[0] == '#' {
		return ""
	}
	return name
}

// SPDX-License-Identifier: Apache-2.0

package matrix

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

const whole = `kernels:
  - debian:6.12
  - {kernel: ../linux, name: mine, debug: true}
cases:
  - name: states
    select: [state-*, ./my.txtar]
    exclude: state-ids
    covers: ["2.3"]
  - {name: all}
options:
  - {name: plain}
  - name: smp
    cpus: 4
    kernel-args: [a, b c]
    fresh: true
    one-vm: false
`

func TestParse(t *testing.T) {
	got, err := Parse("dir/m.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := Matrix{
		Kernels: []Kernel{{Name: "debian:6.12", Spec: "debian:6.12"}, {Name: "mine", Spec: "./linux", Debug: true}},
		Sets:    []Set{{Name: "states", Select: []string{"state-*", "./dir/my.txtar"}, Exclude: []string{"state-ids"}, Covers: []string{"2.3"}}, {Name: "all"}},
		Options: []Option{{Name: "plain", Line: 11}, {Name: "smp", Line: 12, Words: []string{"--cpus", "4", "--kernel-args", "a", "--kernel-args", "b c", "--fresh"}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var labels []string
	for _, c := range got.Cells() {
		labels = append(labels, c.Label())
	}
	if d := cmp.Diff([]string{
		"debian:6.12 states plain", "debian:6.12 states smp", "debian:6.12 all plain", "debian:6.12 all smp",
		"mine states plain", "mine states smp", "mine all plain", "mine all smp",
	}, labels); d != "" {
		t.Error(d)
	}
}

func TestKernelsAlone(t *testing.T) {
	m, err := Parse("m.yaml", []byte("kernels: [debian:6.1]"))
	if cells := m.Cells(); err != nil || len(cells) != 1 || cells[0].Label() != "debian:6.1" {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestMalformed: each mistake is reported with its line.
func TestMalformed(t *testing.T) {
	const k = "kernels: [a]\n"
	for text, want := range map[string]string{
		"":                                     "m.yaml names no kernels",
		"kernels: []":                          "m.yaml:1: a list should be here: - …",
		"kernels: a":                           "m.yaml:1: a list should be here: - …",
		"- a":                                  "m.yaml:1: KEY: VALUE should be here; the keys are cases, kernels, options",
		"kernels: [a":                          "m.yaml:1: this is not YAML: did not find expected ',' or ']'",
		"\tkernels: [a]":                       "m.yaml: this is not YAML: found character that cannot start any token",
		"kernel: [a]":                          `m.yaml:1: unknown key "kernel" (did you mean kernels?); the keys are cases, kernels, options`,
		"kernels:\n  - a\nkernels:\n  - b":     "m.yaml:3: a second kernels",
		"kernels:\n  - {}":                     "m.yaml:2: a kernel has a key kernel: what --kernel takes",
		"kernels:\n  - {name: x}":              "m.yaml:2: a kernel has a key kernel: what --kernel takes",
		"kernels:\n  - {kernel: a, kdir: b}":   `m.yaml:2: unknown key "kdir"; the keys are debug, kernel, name`,
		"kernels:\n  - {kernel: a, debug: no}": "m.yaml:2: true or false should be here",
		"kernels:\n  - {kernel: a, name: b/c}": "m.yaml:2: a name has at most 100 characters, and no slash",
		"kernels:\n  - [a]":                    "m.yaml:2: KEY: VALUE should be here; the keys are debug, kernel, name",
		"kernels: [a, a]":                      "m.yaml: two cells of the matrix are called a",
		"kernels: [a, A]":                      "m.yaml: two cells of the matrix are called A",
		k + "cases: all":                       "m.yaml:2: a list should be here: - …",
		k + "cases: [x]":                       "m.yaml:2: KEY: VALUE should be here; the keys are covers, exclude, name, select",
		k + "cases:\n  - select: x":            "m.yaml:3: a set of cases has a name",
		k + "cases:\n  - {name: x, select: [[y]]}":      "m.yaml:3: one line of text should be here",
		k + "cases:\n  - {name: x}\n  - {name: x}":      "m.yaml: two cells of the matrix are called a x",
		k + "cases:\n  - {name: \"\\e[2J\"}":            "m.yaml:3: a name has at most 100 characters, and no slash",
		k + "options:\n  - cpus: 2":                     "m.yaml:3: options have a name",
		k + "options:\n  - {name: x, qemu: /bin/sh}":    `m.yaml:3: unknown key "qemu"; the keys are accel, confirm, cpus, fresh, host-time, ignore, kernel-args, memory, name, no-pool, one-vm, pristine, repeat, shuffle, strict`,
		k + "options:\n  - {name: x, fresh: 1}":         "m.yaml:3: true or false should be here",
		k + "options:\n  - {name: x, cpus: {}}":         "m.yaml:3: one line of text should be here",
		k + "options:\n  - &x {name: x}\n  - *x":        "m.yaml:4: KEY: VALUE should be here; the keys are accel, confirm, cpus, fresh, host-time, ignore, kernel-args, memory, name, no-pool, one-vm, pristine, repeat, shuffle, strict",
		"kernels: [" + strings.Repeat("a,", 1001) + "]": "m.yaml:1: more than 1000 items",
		many(): "m.yaml has 1024 cells; a matrix has at most 1000",
	} {
		if _, err := Parse("m.yaml", []byte(text)); err == nil || err.Error() != want || blame.Of(err) != blame.User {
			t.Errorf("%.60q: %v, want %s", text, err, want)
		}
	}
}

// many returns a short matrix with too many cells.
func many() string {
	text := "kernels:\n"
	for i := range 32 {
		text += fmt.Sprintf("  - k%d\n", i)
	}
	text += "options:\n"
	for i := range 32 {
		text += fmt.Sprintf("  - name: o%d\n", i)
	}
	return text
}

func TestFrom(t *testing.T) {
	for _, test := range []struct{ dir, path, want string }{
		{".", "./x", "./x"}, {"a", "./x", "./a/x"}, {"a", "../x", "./x"}, {".", "../x", "../x"}, {"/a", "./x", "/a/x"}, {"a", "x", "x"}, {"a", "/x", "/x"}, {"a", "debian:6.1", "debian:6.1"},
	} {
		if got := from(test.dir, test.path); got != test.want {
			t.Errorf("%s from %s: %s, want %s", test.path, test.dir, got, test.want)
		}
	}
}

// TestShare: each case of each cell is in one shard, and no shard has much more to do than
// another.
func TestShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cells [][]*casefile.Case
		for range rapid.IntRange(1, 5).Draw(t, "cells") {
			var list []*casefile.Case
			for range rapid.IntRange(0, 30).Draw(t, "cases") {
				list = append(list, &casefile.Case{Steps: make([]casefile.Step, rapid.IntRange(1, 20).Draw(t, "commands"))})
			}
			cells = append(cells, list)
		}
		n := rapid.IntRange(1, 8).Draw(t, "shards")
		times := func(cell int, _ *casefile.Case) int { return 1 + cell%2 }
		total, seen := 0, map[*casefile.Case]int{}
		load := make([]int, n)
		for i := range n {
			for cell, list := range (Shard{i + 1, n}).Share(cells, times) {
				for _, c := range list {
					seen[c]++
					load[i] += times(cell, c) * weight(c)
				}
			}
			total += load[i]
		}
		for _, list := range cells {
			for _, c := range list {
				if seen[c] != 1 {
					t.Fatalf("a case is in %d shards", seen[c])
				}
			}
		}
		for i, l := range load {
			if most := total/n + 2*22; l > most {
				t.Fatalf("shard %d of %d has %d of %d", i+1, n, l, total)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("kernels: [a]\noptions:\n  - &x {name: x}\n  - *x\n")
	f.Add("kernels:\n- &a [*a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse("m.yaml", []byte(text))
		if err != nil {
			if blame.Of(err) != blame.User || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q", err)
			}
			return
		}
		for _, c := range m.Cells() {
			if c.Label() == "" || c.Kernel.Spec == "" {
				t.Errorf("%+v", c)
			}
		}
	})
}

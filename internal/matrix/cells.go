// SPDX-License-Identifier: Apache-2.0

package matrix

import (
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

// Cell is one combination.
type Cell struct {
	Kernel Kernel
	Set    Set
	Option Option
}

// Label names a cell by its kernel, its set and its options, the latter two only if the
// file has any.
func (c Cell) Label() string {
	label := c.Kernel.Name
	for _, name := range []string{c.Set.Name, c.Option.Name} {
		if name != "" {
			label += " " + name
		}
	}
	return label
}

// maxCells is more than a host can run in a night.
const maxCells = 1000

// check refuses a matrix without kernels, with too many cells, or with two cells of one
// name.
func (m Matrix) check(file string) error {
	if len(m.Kernels) == 0 {
		return blame.AdviseUserf("kernels:\n  - debian:6.12", "%s names no kernels", file)
	}
	if n := len(m.Kernels) * len(orNone(m.Sets)) * len(orNone(m.Options)); n > maxCells {
		return blame.Userf("%s has %d cells; a matrix has at most %d", file, n, maxCells)
	}
	seen := map[string]bool{}
	for _, c := range m.Cells() {
		label := strings.ToLower(c.Label())
		if seen[label] {
			return blame.Userf("%s: two cells of the matrix are called %s", file, c.Label())
		}
		seen[label] = true
	}
	return nil
}

// Cells returns all combinations; those of one kernel are consecutive.
func (m Matrix) Cells() (list []Cell) {
	for _, k := range m.Kernels {
		for _, s := range orNone(m.Sets) {
			for _, o := range orNone(m.Options) {
				list = append(list, Cell{k, s, o})
			}
		}
	}
	return list
}

// orNone returns the list, or one empty item if the file has no list.
func orNone[T any](list []T) []T {
	if len(list) == 0 {
		return make([]T, 1)
	}
	return list
}

// Shard is one of several parts, each of which may run on a host of its own. The zero value
// is the whole.
type Shard struct{ I, N int } // from 1

// Share returns the cases of each cell that a shard runs. Each case of each cell is in
// exactly one shard. A shard has consecutive cases, so that it needs few kernels, and about
// as many commands as any other. The division must not depend on data that only one host
// has, such as how long cases took there. times is how often a cell runs a case.
func (s Shard) Share(cells [][]*casefile.Case, times func(cell int, c *casefile.Case) int) [][]*casefile.Case {
	if s.N < 2 {
		return cells
	}
	total := 0
	for i, list := range cells {
		for _, c := range list {
			total += times(i, c) * weight(c)
		}
	}
	mine := make([][]*casefile.Case, len(cells))
	at := 0
	for i, list := range cells {
		for _, c := range list {
			if at*s.N/total == s.I-1 {
				mine[i] = append(mine[i], c)
			}
			at += times(i, c) * weight(c)
		}
	}
	return mine
}

// weight estimates how long a case takes: a guest, and its commands.
func weight(c *casefile.Case) int { return 2 + len(c.Steps) }

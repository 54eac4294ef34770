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

// Label names a cell: the names of its kernel, of its set and of its options, the
// latter two where the file has any.
func (c Cell) Label() string {
	label := c.Kernel.Name
	for _, name := range []string{c.Set.Name, c.Option.Name} {
		if name != "" {
			label += " " + name
		}
	}
	return label
}

// maxCells is more than a night has time for.
const maxCells = 1000

// check refuses what would give two cells one name.
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

// Cells are all combinations: those of one kernel follow each other.
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

// orNone has one item that says nothing where the file has no list.
func orNone[T any](list []T) []T {
	if len(list) == 0 {
		return make([]T, 1)
	}
	return list
}

// Shard is one part of several, each of which may run on a host of its own. The zero
// value is the whole.
type Shard struct{ I, N int } // from 1

// Share returns which of the cases of each cell a shard runs. Each case of each cell is in
// one shard. A shard has cases that follow each other, so that it needs few kernels, and
// about as many commands as any other: nothing that only one host knows, such as how long
// cases took there, may decide. times is how often a cell runs a case.
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

// weight is about how long a case takes: a guest, and its commands.
func weight(c *casefile.Case) int { return 2 + len(c.Steps) }

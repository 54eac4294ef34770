// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/mutants"
)

// Mutated is a bench for mutants that the cases should find.
type Mutated struct{ *Bench }

var _ mutants.Lab = Mutated{}

// Read implements [mutants.Lab].
func (m Mutated) Read(file string) ([]byte, error) {
	if err := blame.Join(m.Workshop.Reset(), m.Workshop.Own(file)); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(m.Workshop.Dir(), file))
}

// Build implements [mutants.Lab]. It is called for the last file read.
func (m Mutated) Build(ctx context.Context, file string, data []byte) error {
	if err := os.WriteFile(filepath.Join(m.Workshop.Dir(), file), data, 0o600); err != nil {
		return err
	}
	return m.build(ctx)
}

// Run runs the cases on the last built kernel until one fails, starting with
// the case named first.
func (m Mutated) Run(ctx context.Context, first string) ([]judge.Result, error) {
	return m.RunUntilFail(ctx, m.kernel, foremost(m.Cases, first))
}

// foremost returns the list with the named case, if any, moved to the front.
func foremost(list []*casefile.Case, name string) []*casefile.Case {
	i := slices.IndexFunc(list, func(c *casefile.Case) bool { return c.Name == name })
	if i < 0 {
		return list
	}
	return append([]*casefile.Case{list[i]}, slices.Delete(slices.Clone(list), i, i+1)...)
}

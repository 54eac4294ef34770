// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/mutants"
	"github.com/klptest/klptest/internal/rig"
)

// bench builds variants of a kernel and runs cases on them.
type bench struct {
	app      *app
	workshop *images.Workshop
	cases    []*cases.Case
	options  rig.Options
	kernel   *images.Kernel // that was built last
	clear    func()         // removes the line that shows a build
}

func (b *bench) build(ctx context.Context) (err error) {
	b.kernel, err = b.workshop.Build(ctx)
	b.clear()
	return err
}

// Run runs the cases on the kernel that was built last.
func (b *bench) Run(ctx context.Context) ([]cases.Result, error) {
	o := b.options
	o.Kernel = b.kernel.KDir
	return b.app.quietRun(ctx, b.cases, o)
}

// mutated is a bench for mutants.
type mutated struct{ *bench }

var _ mutants.Lab = mutated{}

func (m mutated) Read(file string) ([]byte, error) {
	if err := errors.Join(m.workshop.Reset(), m.workshop.Own(file)); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(m.workshop.Dir(), file))
}

// Build is asked for the file that was read last.
func (m mutated) Build(ctx context.Context, file string, data []byte) error {
	if err := os.WriteFile(filepath.Join(m.workshop.Dir(), file), data, 0o600); err != nil {
		return err
	}
	return m.build(ctx)
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/images/userland"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/kselftests"
	"github.com/klptest/klptest/internal/lab"
	"github.com/klptest/klptest/internal/rig"
	"github.com/klptest/klptest/kmods"
)

const (
	scriptLimit = 10 * time.Minute
	allScripts  = "all"
)

// scripts has the names, or all, of the selftests that a command runs on many kernels, in
// addition to cases or instead of them.
type scripts []string

func (s *scripts) flag(c *cobra.Command) {
	const name = selftestsName
	c.Flags().StringSliceVar((*[]string)(s), name, nil, "run the kernel's own selftests from each source: all, or `SCRIPT,...`; without a CASE, run nothing else")
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(append([]string{allScripts}, kselftests.Known...), cobra.ShellCompDirectiveNoFileComp))
}

// beside returns the cases that a command runs: with scripts, only those that are named.
func (s scripts) beside(words []string) ([]*casefile.Case, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if len(s) > 0 && len(words) == 0 {
		return nil, nil
	}
	return cases.Load(words)
}

// check refuses a misspelt name before anything is built.
func (s scripts) check() error {
	for _, name := range s {
		if err := kselftests.CheckName(name, allScripts); err != nil {
			return err
		}
	}
	return nil
}

// with adds the selftests to a runner, if there are scripts.
func (s scripts) with(r lab.Runner) (lab.Runner, error) {
	if len(s) == 0 {
		return r, nil
	}
	world, err := scriptPrograms()
	o := r.Options
	o.World, o.Guests = world, rig.Cloned // it is unknown what a script leaves behind
	b := &kmods.Builder{Cache: r.Cache, Trust: o.Trust, Notice: o.Notice}
	r.Selftests = &lab.Selftests{Options: o, Load: func(ctx context.Context, source string) ([]rig.Test, error) {
		return s.load(ctx, source, b)
	}}
	return r, err
}

// load makes tests of the scripts in a source tree.
func (s scripts) load(ctx context.Context, source string, b *kmods.Builder) (tests []rig.Test, err error) {
	names := []string(s)
	if slices.Contains(names, allScripts) {
		names = nil
	}
	suite, err := kselftests.ReadView(source)
	if err != nil {
		return nil, err
	}
	list, err := suite.Tests(ctx, names, b, scriptLimit)
	for _, t := range list {
		tests = append(tests, t)
	}
	return tests, err
}

// scriptPrograms returns the programs of this host that the scripts call.
func scriptPrograms() ([]initramfs.Node, error) {
	return userland.Of(os.Getenv("PATH"), depends.Of(selftestsName))
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/settings"
)

// kernelVariable is the environment variable with the default of --kernel.
const kernelVariable = "KLPTEST_KERNEL"

// project has the settings of the directory in which klptest is called.
type project struct {
	settings.Settings
	err error // what is wrong with its file
}

func findProject() project {
	s, err := settings.Find(".")
	return project{s, err}
}

// kernel returns the default of --kernel: the environment takes precedence over the file.
func (p project) kernel() string {
	return cmp.Or(os.Getenv(kernelVariable), p.Kernel, defaultKernel)
}

// check refuses a bad file, for the commands that use it.
func (p project) check(c *cobra.Command) error {
	if c.Flags().Lookup("kernel") == nil {
		return nil
	}
	return p.err
}

// expecting returns the cases with their expected failures, and how to judge these.
// git bisect run and --until-fail look for any failure, expected or not.
func (a *app) expecting(list []*casefile.Case, o runOptions) []*casefile.Case {
	tolerance := casefile.Tolerant
	switch {
	case o.bisect, o.repeat.untilFail:
		return list
	case o.strict:
		tolerance = casefile.Strict
	}
	out := make([]*casefile.Case, len(list))
	for i, c := range list {
		with := *c
		with.Fails, with.Tolerance = slices.Concat(a.project.Of(c.Name), c.Fails), tolerance
		out[i] = &with
	}
	return out
}

// tellUnused prints a notice for each expected failure that matches no case, neither one
// of these nor a shipped one: its name may be mistyped. If single cases are named, it
// prints none, since others may be meant.
func (a *app) tellUnused(args []string, list []*casefile.Case) {
	isDir := func(arg string) bool { info, err := os.Stat(arg); return err == nil && info.IsDir() }
	if len(a.project.Expected) == 0 || len(args) > 0 && !slices.ContainsFunc(args, isDir) {
		return
	}
	shipped, err := cases.Shipped()
	bugs, bugsErr := cases.Bugs()
	if err != nil || bugsErr != nil {
		return // the list would lack something
	}
	var names []string
	for _, c := range slices.Concat(list, shipped, bugs) {
		names = append(names, c.Name)
	}
	for _, pattern := range a.project.Unused(names) {
		a.notice(fmt.Sprintf("%s: expected-failures: no case here matches %s", a.project.Path, printable.Line(pattern)))
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/images/userland"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/kselftests"
	"github.com/klptest/klptest/internal/lab"
)

const (
	scriptLimit = 10 * time.Minute
	allScripts  = "all"
)

// scripts are the selftests that a command runs on many kernels, beside cases or instead
// of them: their names, or all.
type scripts []string

func (s *scripts) flag(c *cobra.Command) {
	const name = selftestsName
	c.Flags().StringSliceVar((*[]string)(s), name, nil, "run the kernel's own selftests of each source: all, or `SCRIPT,...`; without a CASE, nothing else")
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(append([]string{allScripts}, kselftests.Known...), cobra.ShellCompDirectiveNoFileComp))
}

// beside are the cases that a command runs: with scripts, only those that are named.
func (s scripts) beside(words []string) ([]*casefile.Case, error) {
	if len(s) > 0 && len(words) == 0 {
		return nil, nil
	}
	return cases.Load(words)
}

// selftests finds the programs that the scripts call. It is nil without scripts.
func (s scripts) selftests() (*lab.Selftests, error) {
	if len(s) == 0 {
		return nil, nil
	}
	world, err := userland.Of(os.Getenv("PATH"), depends.Of(selftestsName))
	names := []string(s)
	if slices.Contains(names, allScripts) {
		names = nil
	}
	return &lab.Selftests{Scripts: names, Limit: scriptLimit, World: world}, err
}

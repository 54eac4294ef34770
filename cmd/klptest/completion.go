// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/vm"
)

// completion offers words to a shell.
type completion = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// completeFlags registers the completions of flags that mean the same in all commands.
func (a *app) completeFlags(c *cobra.Command) {
	for name, offer := range map[string]completion{
		"kernel": a.completeKernels,
		"accel":  cobra.FixedCompletions([]string{string(vm.Auto), string(vm.KVM), string(vm.TCG)}, cobra.ShellCompDirectiveNoFileComp),
		"covers": completeRules,
		"header": cobra.FixedCompletions(casefile.HeaderNames(), cobra.ShellCompDirectiveNoFileComp),
	} {
		if c.Flags().Lookup(name) != nil {
			_ = c.RegisterFlagCompletionFunc(name, offer) // fails only if there is no such flag
		}
	}
	for _, sub := range c.Commands() {
		a.completeFlags(sub)
	}
}

// completeTopics offers topics after help, in addition to cobra's commands.
func completeTopics(root *cobra.Command) {
	help, _, err := root.Find([]string{"help"})
	if err != nil {
		return
	}
	commands := help.ValidArgsFunction
	help.ValidArgsFunction = func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		words, directive := commands(c, args, word)
		for _, t := range topics() {
			if len(args) == 0 {
				words = append(words, t.Name()+"\t"+t.Short)
			}
		}
		return words, directive
	}
}

// completeCases offers the names of the shipped cases; files complete as well.
func completeCases(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	list, err := cases.Shipped()
	bugs, bugsErr := cases.Bugs()
	if err != nil || bugsErr != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, c := range append(list, bugs...) {
		names = append(names, c.Name+"\t"+c.Title)
	}
	return names, cobra.ShellCompDirectiveDefault
}

// completeSteps offers cases and, after an @, the numbers of steps that can be run.
func completeSteps(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	name, _, cut := strings.Cut(word, "@")
	switch {
	case len(args) > 0:
		return nil, cobra.ShellCompDirectiveNoFileComp
	case !cut:
		return completeCases(c, args, word)
	}
	found, err := cases.LoadOne(name)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	words := []string{name + "@0\tbefore the first command"}
	for i, s := range found.Steps {
		words = append(words, fmt.Sprintf("%s@%d\tafter %s", name, i+1, s.Command.Text))
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

func completeRules(*cobra.Command, []string, string) (words []string, _ cobra.ShellCompDirective) {
	for _, r := range cases.Rules() {
		words = append(words, r.ID+"\t"+r.Text)
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

// completeKernels offers the kernels at hand. It asks no distribution, which would
// take seconds. Directories and files complete as well.
func (a *app) completeKernels(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	words := []string{defaultKernel + "\tthe newest 6.12 of Debian", "host\tthe running kernel"}
	store, err := a.openCache(c.Context())
	if err != nil {
		return words, cobra.ShellCompDirectiveDefault
	}
	for _, l := range catalog.Cached(store) {
		words = append(words, l.Spec+"\t"+l.Release+", in the cache")
	}
	return words, cobra.ShellCompDirectiveDefault
}

// completeEntries offers the entries of the cache.
func (a *app) completeEntries(c *cobra.Command, _ []string, _ string) (words []string, _ cobra.ShellCompDirective) {
	store, err := a.openCache(c.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	list, err := store.Listing()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	for _, u := range list {
		words = append(words, u.String()+"\t"+cmp.Or(whatIs(u), "last used "+u.Used.Format(time.DateTime)))
	}
	return words, cobra.ShellCompDirectiveNoFileComp
}

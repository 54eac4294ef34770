// SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/blame"
)

// commands returns a command and all below it.
func commands(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		list = append(list, commands(sub)...)
	}
	return list
}

// eachFlag calls a function for each flag of each command.
func eachFlag(root *cobra.Command, do func(*cobra.Command, *pflag.Flag)) {
	for _, c := range commands(root) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { do(c, f) })
	}
}

// TestEmptyFlags checks that no flag of any command takes an empty text: that of an unset
// variable would be silently taken for a flag that was not given.
func TestEmptyFlags(t *testing.T) {
	root := (&app{}).rootCommand()
	n := 0
	eachFlag(root, func(c *cobra.Command, f *pflag.Flag) {
		n++
		alone := &cobra.Command{}
		alone.SetContext(t.Context())
		alone.Flags().AddFlag(f)
		if err := alone.ParseFlags([]string{"--" + f.Name + "="}); err != nil {
			return
		}
		err := root.PersistentPreRunE(alone, nil)
		if err == nil || blame.Of(err) != blame.User || !strings.HasPrefix(err.Error(), "--"+f.Name+" '': ") {
			t.Errorf("%s takes an empty --%s: %v", c.CommandPath(), f.Name, err)
		}
	})
	if n < 100 {
		t.Errorf("there are only %d flags", n)
	}
}

// otherFlag matches a flag that the help of another says it goes with. In parentheses, it
// goes with only some values of the other.
var otherFlag = regexp.MustCompile(`(?:^|[ ,;])(?:with|of|for) --([a-z-]+)`)

// TestFlagsWithOthers checks that a flag which has a meaning only with another, as its help
// says, is refused without it.
func TestFlagsWithOthers(t *testing.T) {
	n := 0
	eachFlag((&app{}).rootCommand(), func(c *cobra.Command, f *pflag.Flag) {
		m := otherFlag.FindStringSubmatch(f.Usage)
		if m == nil || c.Flags().Lookup(m[1]) == nil || f.Name == "no-pool" { // a matrix passes that on to guests of all kinds
			return
		}
		n++
		f.Changed = true
		defer func() { f.Changed = false }()
		if c.PreRunE == nil || c.PreRunE(c, nil) == nil {
			t.Errorf("%s takes --%s without --%s", c.CommandPath(), f.Name, m[1])
		}
	})
	if n < 10 {
		t.Errorf("only %d flags go with another", n)
	}
}

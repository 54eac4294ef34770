// SPDX-License-Identifier: Apache-2.0

package main

import (
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

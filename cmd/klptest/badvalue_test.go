// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/flags"
)

// TestBadValues: no flag answers a bad value in the words of package strconv.
func TestBadValues(t *testing.T) {
	seen := 0
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			err := c.ParseFlags([]string{"--" + f.Name + "=abc"})
			if err == nil {
				return
			}
			seen++
			if said := flags.Bad(c, err).Error(); strings.Contains(said, "strconv") || strings.Contains(said, "parsing") {
				t.Errorf("%s: %s", c.CommandPath(), said)
			}
		})
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit((&app{}).rootCommand())
	if seen < 10 {
		t.Errorf("only %d flags refuse the value", seen)
	}
}

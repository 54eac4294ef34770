// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/spf13/cobra"

	"github.com/klptest/klptest/docs"
)

// topics returns documents in the form of commands that cannot be run, for klptest help
// case.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "case", Short: "The language of cases, with all commands and headers", Long: docs.Plain(docs.Cases)},
		{Use: "kernels", Short: "Which kernels can be tested, and what they need", Long: docs.Plain(docs.Kernels)},
		{Use: "machines", Short: "Running cases on your own machine, or on a disk image, over SSH", Long: docs.Plain(docs.Machines)},
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/flags"
)

// release is set by the Makefile from the source tree's revision.
var release = ""

// version returns the version that this binary was built from.
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// versionCommand prints what --version prints.
func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print klptest's version, as --version does",
		Args:  flags.Takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintln(a.out, "klptest", version())
			return nil
		},
	}
}

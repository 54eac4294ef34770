// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// bisectExit is the flag that makes every exit status one that git bisect run
// understands.
const bisectExit = "bisect-exit"

// wantsBisectExit tells whether --bisect-exit was given. When the flags could
// not be parsed, the words themselves must tell.
func wantsBisectExit(command *cobra.Command, args []string) bool {
	if f := command.Flags().Lookup(bisectExit); f != nil && f.Changed {
		return f.Value.String() == "true"
	}
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.ContainsFunc(args, func(arg string) bool {
		name, value, given := strings.Cut(arg, "=")
		yes, err := strconv.ParseBool(value)
		return name == "--"+bisectExit && (!given || yes && err == nil)
	})
}

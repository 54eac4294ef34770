// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// bisectExit is the flag that selects exit statuses that git bisect run understands.
const bisectExit = "bisect-exit"

// wantsBisectExit reports whether --bisect-exit was given. If the flags could not
// be parsed, it looks at the arguments themselves.
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

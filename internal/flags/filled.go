// SPDX-License-Identifier: Apache-2.0

package flags

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Filled refuses empty values: they come from variables that are not set, and would
// silently mean the default.
func Filled(c *cobra.Command) error {
	var err error
	c.Flags().Visit(func(f *pflag.Flag) {
		if err == nil && isEmpty(f.Value) {
			err = badFlag(c, "--"+f.Name+" '': it must not be empty")
		}
	})
	return err
}

// isEmpty reports whether a value that was given, or one of several, is no text.
func isEmpty(v pflag.Value) bool {
	if list, ok := v.(pflag.SliceValue); ok {
		given := list.GetSlice()
		return len(given) == 0 || slices.Contains(given, "")
	}
	return v.String() == ""
}

// SPDX-License-Identifier: Apache-2.0

package flags

import (
	"io"
	"testing"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/blame"
)

func TestFilled(t *testing.T) {
	for _, test := range []struct {
		args []string
		bad  string // the flag
	}{
		{nil, ""},
		{[]string{"--text", "a", "--list", "a", "--words", "a,b", "--on=false", "--number", "1"}, ""},
		{[]string{"--text", " "}, ""},
		{[]string{"--text", ""}, "text"},
		{[]string{"--text="}, "text"},
		{[]string{"--list", "a", "--list", ""}, "list"},
		{[]string{"--words", ""}, "words"},
		{[]string{"--words", "a,"}, "words"},
	} {
		c := &cobra.Command{Use: "try", SilenceErrors: true, SilenceUsage: true, RunE: func(c *cobra.Command, _ []string) error { return Filled(c) }}
		c.Flags().String("text", "default", "")
		c.Flags().StringArray("list", nil, "")
		c.Flags().StringSlice("words", []string{"*"}, "")
		c.Flags().Bool("on", true, "")
		var n int
		c.Flags().Var(Number(&n, 0, 0, 7), "number", "")
		c.SetArgs(test.args)
		c.SetErr(io.Discard)
		err, want := c.Execute(), "--"+test.bad+" '': it must not be empty"
		switch {
		case test.bad == "" && err != nil:
			t.Errorf("%q: %v", test.args, err)
		case test.bad != "" && (err == nil || err.Error() != want || blame.Of(err) != blame.User):
			t.Errorf("%q: %v, want %q", test.args, err, want)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package flags

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/blame"
)

// command returns a command with rules, flags of several kinds, and one argument.
func command() *cobra.Command {
	c := &cobra.Command{Use: "try FILE", Args: Takes(1, 1), SilenceErrors: true, SilenceUsage: true,
		RunE: func(*cobra.Command, []string) error { return nil }}
	var n int
	c.Flags().Var(Number(&n, 1, 1, 7), "jobs", "")
	for _, name := range []string{"needed", "a", "b", "detail"} {
		c.Flags().Bool(name, false, "")
	}
	c.Flags().BoolP("short", "s", false, "")
	Rules{Needed: []string{"needed"}, Apart: [][2]string{{"a", "b"}}, With: [][2]string{{"detail", "a"}}}.Of(c)
	c.SetFlagErrorFunc(Bad)
	c.SetErr(io.Discard)
	return c
}

// TestCommandLines: what a command does not accept is a user error, in klptest's words.
func TestCommandLines(t *testing.T) {
	for line, want := range map[string]string{
		"--needed f":              "",
		"--needed --a --detail f": "",
		"f":                       "--needed must be given",
		"--needed --a --b f":      "--a and --b exclude each other",
		"--needed --detail f":     "--detail says nothing without --a",
		"--needed":                "an argument is missing",
		"--needed f 'g":           "one argument too many: ",
		"--needed --jobs 8 f":     "--jobs 8: it must be at most 7",
		"--needed --a=x f":        "--a x: it must be true or false",
		"--jobs":                  "--jobs needs a value",
		"--need f":                "unknown flag: --need (did you mean --needed?)",
		"-q f":                    "unknown flag: -q",
	} {
		c := command()
		c.SetArgs(strings.Fields(line))
		err := c.Execute()
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", line, err)
		case want != "" && (err == nil || !strings.HasPrefix(err.Error(), want) || blame.Of(err) != blame.User):
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}

func TestSubcommands(t *testing.T) {
	c := &cobra.Command{Use: "cache"}
	c.AddCommand(&cobra.Command{Use: "list"}, &cobra.Command{Use: "clean"})
	if err := Subcommands(c, nil); err != nil {
		t.Error(err)
	}
	if err := Subcommands(c, []string{"lis"}); err == nil || err.Error() != "unknown command: cache lis (did you mean list?)" {
		t.Error(err)
	}
}

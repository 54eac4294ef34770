// SPDX-License-Identifier: Apache-2.0

package flags

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/nearest"
	"github.com/klptest/klptest/internal/shellword"
)

// Rules say which flags of a command go together.
type Rules struct {
	Needed []string    // must be given
	Apart  [][2]string // exclude each other
	With   [][2]string // the first has no meaning without the second
}

// Of makes a command enforce the rules.
func (r Rules) Of(c *cobra.Command) {
	c.PreRunE = func(c *cobra.Command, _ []string) error { return r.check(c) }
}

func (r Rules) check(c *cobra.Command) error {
	given := c.Flags().Changed
	for _, name := range r.Needed {
		if !given(name) {
			return Misused(c, "--"+strings.Join(r.Needed, " and --")+" must be given")
		}
	}
	for _, pair := range r.Apart {
		if given(pair[0]) && given(pair[1]) {
			return Misused(c, "--"+pair[0]+" and --"+pair[1]+" exclude each other")
		}
	}
	for _, pair := range r.With {
		if given(pair[0]) && !given(pair[1]) {
			return Misused(c, "--"+pair[0]+" says nothing without --"+pair[1])
		}
	}
	return nil
}

// Takes limits how many arguments a command takes.
func Takes(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return Misused(c, "an argument is missing")
		case len(args) > most:
			return Misused(c, "one argument too many: "+shellword.Quote(args[most]))
		}
		return nil
	}
}

// Subcommands refuses anything that is not one of a command's own commands.
func Subcommands(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, sub := range c.Commands() {
		known = append(known, sub.Name())
	}
	return blame.AdviseUserf("see: "+c.CommandPath()+" --help", "unknown command: %s %s%s", c.CommandPath(), shellword.Quote(args[0]), nearest.DidYouMean(args[0], known))
}

// Misused returns the error of a command line that a command does not accept.
func Misused(c *cobra.Command, what string) error {
	return &blame.Error{Party: blame.User, Summary: what, Advice: "usage: " + c.UseLine() + "\nsee: " + c.CommandPath() + " --help"}
}

// Bad puts an error of pflag into klptest's words.
func Bad(c *cobra.Command, err error) error {
	what := err.Error()
	switch e := err.(type) {
	case *pflag.NotExistError:
		what = unknownFlag(c, e)
	case *pflag.ValueRequiredError:
		what = "--" + e.GetFlag().Name + " needs a value"
	case *pflag.InvalidValueError:
		what = "--" + e.GetFlag().Name + " " + shellword.Quote(e.GetValue()) + ": " + whyBad(e).Error()
	}
	return badFlag(c, what)
}

func badFlag(c *cobra.Command, what string) error {
	return &blame.Error{Party: blame.User, Summary: what, Advice: "see: " + c.CommandPath() + " --help"}
}

// whyBad says what is wrong with a value. The types of pflag would say it in
// the words of package strconv.
func whyBad(e *pflag.InvalidValueError) error {
	if why, ok := errors.AsType[BadValue](e); ok {
		return why
	}
	if why, ok := notOf[e.GetFlag().Value.Type()]; ok {
		return why
	}
	return e.Unwrap()
}

func unknownFlag(c *cobra.Command, e *pflag.NotExistError) string {
	if letters := e.GetSpecifiedShortnames(); letters != "" {
		return "unknown flag: -" + e.GetSpecifiedName()
	}
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
	name := "--" + e.GetSpecifiedName()
	return "unknown flag: " + name + nearest.DidYouMean(name, known)
}

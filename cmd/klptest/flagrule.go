// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/nearest"
	"github.com/klptest/klptest/internal/shellword"
)

// flagRules are what the flags of a command have to do with each other.
type flagRules struct {
	needed []string    // must be given
	apart  [][2]string // exclude each other
	with   [][2]string // the first says nothing without the second
}

// of makes a command keep the rules.
func (r flagRules) of(c *cobra.Command) {
	c.PreRunE = func(c *cobra.Command, _ []string) error { return r.check(c) }
}

func (r flagRules) check(c *cobra.Command) error {
	given := c.Flags().Changed
	for _, name := range r.needed {
		if !given(name) {
			return misused(c, "--"+strings.Join(r.needed, " and --")+" must be given")
		}
	}
	for _, pair := range r.apart {
		if given(pair[0]) && given(pair[1]) {
			return misused(c, "--"+pair[0]+" and --"+pair[1]+" exclude each other")
		}
	}
	for _, pair := range r.with {
		if given(pair[0]) && !given(pair[1]) {
			return misused(c, "--"+pair[0]+" says nothing without --"+pair[1])
		}
	}
	return nil
}

// takes limits how many arguments a command has.
func takes(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return misused(c, "an argument is missing")
		case len(args) > most:
			return misused(c, "one argument too many: "+shellword.Quote(args[most]))
		}
		return nil
	}
}

// subcommands refuses whatever is none of a command's own commands.
func subcommands(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, sub := range c.Commands() {
		known = append(known, sub.Name())
	}
	return blame.AdviseUserf("see: "+c.CommandPath()+" --help", "unknown command: %s %s%s", c.CommandPath(), shellword.Quote(args[0]), nearest.DidYouMean(args[0], known))
}

func help(c *cobra.Command, _ []string) error { return c.Help() }

// misused is the error of a command line that a command cannot take.
func misused(c *cobra.Command, what string) error {
	return &blame.Error{Party: blame.User, Summary: what, Advice: "usage: " + c.UseLine() + "\nsee: " + c.CommandPath() + " --help"}
}

// badFlag tells of an error of pflag's in klptest's words.
func badFlag(c *cobra.Command, err error) error {
	what := err.Error()
	switch e := err.(type) {
	case *pflag.NotExistError:
		what = unknownFlag(c, e)
	case *pflag.ValueRequiredError:
		what = "--" + e.GetFlag().Name + " needs a value"
	case *pflag.InvalidValueError:
		what = "--" + e.GetFlag().Name + " " + shellword.Quote(e.GetValue()) + ": " + whyBad(e).Error()
	}
	return &blame.Error{Party: blame.User, Summary: what, Advice: "see: " + c.CommandPath() + " --help"}
}

// whyBad says what is wrong with a value, for which the types of pflag have the
// words of package strconv.
func whyBad(e *pflag.InvalidValueError) error {
	if why, ok := errors.AsType[badValue](e); ok {
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

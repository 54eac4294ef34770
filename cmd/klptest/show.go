// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bundle"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/model"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/shellword"
	"github.com/klptest/klptest/internal/terminal"
	"github.com/klptest/klptest/internal/timeline"
)

// showOptions are the flags of `klptest show`.
type showOptions struct {
	drawn   bool
	release string
	part    string // of a bundle
}

func (a *app) showCommand() *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show CASE|BUNDLE",
		Short: "Print a shipped case's file, byte for byte, draw what a case does, or print what is in a bundle",
		Long: `Print a shipped case's file, byte for byte.

For a bundle (CASE.klpbundle), print the failure, what it was seen on and the list of
its parts, or one part; nothing in it is run.

With --timeline, draw the run that a case, shipped or a file, expects: an SVG picture
with a lane for each livepatch or, on a terminal, the same in words. klptest predict
fills in the lines that a file lacks.`,
		Example: `  klptest show state-add > my.txtar
  klptest show state-add.klpbundle
  klptest show state-add.klpbundle --part console.log
  klptest show --timeline my.txtar > my.svg
  klptest predict my.txtar | klptest show --timeline - > my.svg`,
		Args:              flags.Takes(1, 1),
		ValidArgsFunction: completeCases,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.showOne(cmd.Context(), args[0], o)
		},
	}
	cmd.Flags().BoolVar(&o.drawn, "timeline", false, "draw the expected run, as SVG")
	cmd.Flags().StringVar(&o.release, "release", "6.12", "with --timeline: the kernel's `RELEASE`, as uname -r prints it")
	partFlag(cmd, &o.part)
	flags.Rules{Apart: [][2]string{{"timeline", "part"}}, With: [][2]string{{"release", "timeline"}}}.Of(cmd)
	return cmd
}

// showOne shows a case or a bundle.
func (a *app) showOne(ctx context.Context, arg string, o showOptions) error {
	switch {
	case isBundle(arg) && o.drawn:
		return blame.AdviseUserf("klptest show "+shellword.Quote(arg)+" --part "+bundle.CasePart+" | klptest show --timeline -", "--timeline draws a case, and %s is a bundle", arg)
	case isBundle(arg):
		return a.showBundle(arg, o.part)
	case o.part != "":
		return blame.Userf("--part is one of a bundle, and %s is none", arg)
	case o.drawn:
		return a.showTimeline(ctx, arg, o.release)
	case cases.IsFile(arg):
		return blame.Userf("%s is a file already; show prints a shipped case", arg)
	}
	c, err := cases.LoadOne(arg)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.out, c.Text)
	return err
}

// showTimeline draws what a case expects on a kernel of a release.
func (a *app) showTimeline(ctx context.Context, arg, release string) error {
	c, err := a.loadOne(ctx, arg)
	if err != nil {
		return err
	}
	m, err := model.New(release)
	if err != nil {
		return err
	}
	f, err := m.Facts(ctx, c.SysfsAttrs())
	if err != nil {
		return err
	}
	drawn := timeline.New(timeline.Run{Transcript: judge.Expected(c, f)})
	if _, ok := terminal.Of(a.out); ok {
		_, err = fmt.Fprintln(a.out, printable.Text(strings.Join(drawn.List(), "\n")))
		return err
	}
	return drawn.WriteSVG(a.out, c.Name, c.Title)
}

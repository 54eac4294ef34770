// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/model"
	"github.com/klptest/klptest/internal/timeline"
)

func (a *app) showCommand() *cobra.Command {
	var drawn bool
	var release string
	cmd := &cobra.Command{
		Use:   "show CASE",
		Short: "Print a shipped case's file, byte for byte, or draw what a case does",
		Long: `Print a shipped case's file, byte for byte.

With --timeline, draw the run that the case, shipped or a file, expects: an SVG
picture with a lane for each livepatch. A file's missing lines are predict's to fill in.`,
		Example: `  klptest show state-add > my.txtar
  klptest show --timeline my.txtar > my.svg
  klptest predict my.txtar | klptest show --timeline - > my.svg`,
		Args:              takes(1, 1),
		ValidArgsFunction: completeCases,
		RunE: func(cmd *cobra.Command, args []string) error {
			if drawn {
				return a.showTimeline(cmd.Context(), args[0], release)
			}
			if cases.IsFile(args[0]) {
				return blame.Userf("%s is a file already; show prints a shipped case", args[0])
			}
			c, err := cases.LoadOne(args[0])
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.out, c.Text)
			return err
		},
	}
	cmd.Flags().BoolVar(&drawn, "timeline", false, "draw the expected run, as SVG")
	cmd.Flags().StringVar(&release, "release", "6.12", "with --timeline: the kernel's `RELEASE`, as uname -r prints it")
	return cmd
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
	run := timeline.Run{Transcript: judge.Expected(c, f)}
	return timeline.New(run).WriteSVG(a.out, c.Name, c.Title)
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/internal/printable"
)

func (a *app) shellCommand() *cobra.Command {
	var o machineOptions
	c := &cobra.Command{
		Use:   "shell [CASE[@STEP]|-] [-- COMMAND...]",
		Short: "Open a shell in a guest, with the test modules at hand",
		Long: `Start a guest and open a shell in it: the host's busybox or, with --image or --host,
the machine's own shell, as root. The shipped modules are in
` + guest.CaseModules + `. With a case (a shipped one or a file), run it first, or
only its first STEP commands; @0 only makes its modules ready. - is a case from
standard input, which needs a COMMAND. With a COMMAND, run that instead of a shell,
and exit with its status.`,
		Example: `  klptest shell
  klptest shell state-takeover-higher@2
  klptest shell --kernel debian:6.1 -- uname -r
  klptest shell --image debian.qcow2 --ssh-key ~/.ssh/id_ed25519 state-add`,
		ValidArgsFunction: completeSteps,
		RunE: func(c *cobra.Command, args []string) error {
			words, command := args, []string(nil)
			if dash := c.ArgsLenAtDash(); dash >= 0 {
				words, command = args[:dash], args[dash:]
			}
			if len(words) > 1 {
				return blame.Userf("name one case at most; a command comes after --")
			}
			o.Interactive = true
			o.settle(c.Flags())
			before, err := a.prologue(c.Context(), words, command)
			if err != nil {
				return err
			}
			return a.shell(c.Context(), o, before, command)
		},
	}
	a.machineFlags(c.Flags(), &o)
	hostFlags(c.Flags(), &o.host)
	hostRules.Of(c)
	return c
}

// prologue returns the case to run before the command, up to the named step; nil if no
// case was named. Without a command, the shell needs standard input itself.
func (a *app) prologue(ctx context.Context, words, command []string) (*casefile.Case, error) {
	if len(words) == 0 {
		return nil, nil
	}
	name, step, cut := strings.Cut(words[0], "@")
	if name == standardInput && command == nil {
		return nil, blame.AdviseUserf("put the case into a file, or give a command: klptest shell - -- COMMAND", "the shell reads standard input, and so does the case")
	}
	c, err := a.loadOne(ctx, name)
	if err != nil || !cut {
		return c, err
	}
	n, err := strconv.Atoi(step)
	if err != nil || n < 0 || n > len(c.Steps) {
		return nil, blame.Userf("%s has steps 0 to %d, not %q", name, len(c.Steps), step)
	}
	part := *c
	part.Steps = c.Steps[:n]
	return &part, nil
}

// unplayed returns why nothing of a case was run; empty if something was, or if there was
// nothing to run. Step 0 only makes the modules ready.
func unplayed(before *casefile.Case, res judge.Result) string {
	if res.Verdict != judge.Skip || len(before.Steps) == 0 {
		return ""
	}
	return strings.Join(res.Reasons, "; ")
}

func (a *app) shell(ctx context.Context, o machineOptions, before *casefile.Case, command []string) (err error) {
	if err := o.checkHost(); err != nil {
		return err
	}
	if !o.host.given() && initramfs.FindBusybox() == "" {
		return &blame.Error{Summary: "the guest's shell needs a static busybox on the host", Advice: depends.Install("busybox")}
	}
	r, err := a.newRig(ctx, o)
	if err != nil {
		return err
	}
	v := visitOf(r)
	defer func() {
		err = blame.Join(err, v.close())
		if left := r.Left(); left != "" {
			a.say(left)
		}
	}()
	res, err := v.play(ctx, before)
	fmt.Fprint(a.err, printable.Text(res.Observed))
	if err != nil {
		return err
	}
	if why := unplayed(before, res); why != "" {
		a.notice(why + ": nothing of the case was run")
	}
	if len(command) == 0 {
		a.notice("the test modules have paths: insmod " + guest.ModulePath("klp_a"))
	}
	status, err := v.attach(ctx, client.Streams{In: a.in, Out: a.out, Err: a.err}, command)
	if err == nil && status != 0 {
		err = verdicts(status)
	}
	return err
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

// streams are the three standard streams, so that a test can run the whole program.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// app has what every command needs.
type app struct {
	streams
	mu      sync.Mutex
	noticed map[string]bool // lines that notice has printed; guarded by mu
	over    func() bool     // whether the program was interrupted; nil: it never is
	live    *report.Human   // has the status line on the terminal; nil: there is none
	project project
}

// run is the whole program: arguments in, exit status out.
func run(ctx context.Context, args []string, s streams) int {
	out := &stdout{Writer: s.out}
	s.out = out
	a := &app{streams: s, noticed: map[string]bool{}, over: func() bool { return ctx.Err() != nil }}
	a.project = findProject()
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	strict(root)
	command, err := root.ExecuteContextC(ctx)
	err = out.complete(err)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if ctx.Err() == nil || command.Name() != stepName { // the search is interrupted too, and says so
		explain(s.err, err)
	}
	if wantsBisectExit(command, args) {
		return bisectStatus(err)
	}
	return exitStatus(err)
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "klptest",
		Short: "Test the livepatch system-state API on real kernels",
		Long: `klptest boots a livepatch-enabled kernel in QEMU, builds test livepatches
against it, runs cases (scripts of insmod, echo, rmmod …) over SSH and compares
the kernel's log with the one that each case expects, line by line.`,
		Example: `  klptest run                                  all shipped cases on debian:6.12
  klptest run --kernel debian:6.1 'state-*'    some of them on another kernel
  klptest show state-add > my.txtar            start a case of your own
  klptest run my.txtar                         run it`,
		Args:              flags.Subcommands,
		RunE:              help,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: a.begin,
		Version:           version(),
	}
	root.SetVersionTemplate("klptest {{.Version}}\n")
	root.SetFlagErrorFunc(flags.Bad)
	root.AddCommand(a.runCommand(), a.listCommand(), a.showCommand(), a.newCommand(), a.checkCommand(), a.predictCommand(), a.exploreCommand(),
		a.shellCommand(), a.doctorCommand(), a.kernelCommand(), a.cacheCommand(),
		a.reportCommand(), a.compareCommand(), a.bisectCommand(), a.bisectStepCommand(), a.mutantsCommand(), a.seriesCommand(), a.variantsCommand())
	root.AddCommand(a.judgeCommand(), a.reproCommand(), a.matrixCommand(), a.selftestsCommand())
	root.AddCommand(topics()...)
	root.AddCommand(a.versionCommand(), a.manCommand())
	a.completeFlags(root)
	return root
}

// begin refuses to run a command after an interrupt, with an empty flag, or with a bad
// settings file.
func (a *app) begin(c *cobra.Command, _ []string) error {
	if err := context.Cause(c.Context()); err != nil {
		return err
	}
	if err := flags.Filled(c); err != nil {
		return err
	}
	return a.project.check(c)
}

// strict makes the commands that cobra adds refuse what they do not know.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	completeTopics(root)
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Args = commandNames
		case "completion":
			c.Args, c.RunE = flags.Subcommands, help
		}
	}
}

// commandNames refuses arguments that do not name a command.
func commandNames(c *cobra.Command, args []string) error {
	found, rest, err := c.Root().Find(args)
	if err != nil {
		return err
	}
	return flags.Subcommands(found, rest)
}

// openCache opens the default cache.
func (a *app) openCache(ctx context.Context) (*cache.Cache, error) {
	root, err := cache.Default()
	if err != nil {
		return nil, err
	}
	return cache.OpenContext(ctx, root, a.notice)
}

// notice prints a one-liner that is not a result, and prints it only once: each guest
// that boots says why it has no KVM. After an interrupt it prints nothing: whatever
// fails then fails because of that.
func (a *app) notice(line string) {
	if a.over == nil || !a.over() {
		a.say(line)
	}
}

// say is notice for lines that are true even after an interrupt.
func (a *app) say(line string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.noticed[line] {
		return
	}
	a.noticed[line] = true
	if a.live != nil {
		a.live.Notice("klptest: " + line)
		return
	}
	fmt.Fprintln(a.err, "klptest:", printable.Text(line))
}

// help runs a command that only has subcommands: it prints its help.
func help(c *cobra.Command, _ []string) error { return c.Help() }

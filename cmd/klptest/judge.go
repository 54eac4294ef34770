// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/paste"
	"github.com/klptest/klptest/cases/saved"
	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/report"
)

// judgeOptions are the flags of `klptest judge`.
type judgeOptions struct {
	name    string // of the case
	release string
	config  string // a file
	format  string
}

func (a *app) judgeCommand() *cobra.Command {
	var o judgeOptions
	c := &cobra.Command{
		Use:   "judge LOG|-",
		Short: "Judge a case by a saved kernel log or terminal session, without a run",
		Long: `Judge a case by a saved text: a kernel log in any form (dmesg, journalctl, syslog,
a serial console, klptest's console.log), or a terminal session with the log.

If the text has the commands, each record must follow its command, as in a run.
Otherwise the whole log is compared with the whole case, and records from other parts
of the kernel do not count. Of several boots, the last one is judged.

Whatever the text cannot tell is listed as not judged: the end state, outputs that it
does not show, and lines that depend on an unknown option of the kernel.

` + exit.Help(),
		Example: `  klptest judge console.log --case state-add
  dmesg | klptest judge - --case my.txtar
  klptest judge dmesg.txt --case state-ids --release 6.14 --config /boot/config-6.14`,
		Args: flags.Takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.judgeLog(c.Context(), args[0], o) },
	}
	f := c.Flags()
	f.StringVar(&o.name, "case", "", "the `case`: the name of a shipped one, or a file")
	f.StringVar(&o.release, "release", "", "the kernel's `release`, as uname -r prints it, if the log does not have it")
	f.StringVar(&o.config, "config", "", "the kernel's .config, a `file`")
	formatFlag(c, &o.format, formatChoices())
	_ = c.RegisterFlagCompletionFunc("case", completeCases)
	flags.Rules{Needed: []string{"case"}}.Of(c)
	return c
}

func (a *app) judgeLog(ctx context.Context, log string, o judgeOptions) error {
	format, err := report.FormatNamed(o.format)
	if err != nil {
		return err
	}
	if log == standardInput && o.name == standardInput {
		return blame.Userf("standard input is the log or the case, not both")
	}
	c, err := a.loadOne(ctx, o.name)
	if err != nil {
		return err
	}
	facts := machine.Facts{Release: o.release}
	if o.config != "" {
		if facts.Config, err = dotconfig.Read(o.config); err != nil {
			return blame.Unreadable(o.config, err)
		}
	}
	data, err := a.readLog(ctx, log)
	if err != nil {
		return err
	}
	j, err := saved.Judge(ctx, c, data, facts)
	if err != nil {
		return err
	}
	return a.reportJudgement(format, filepath.Base(log), c, j)
}

// readLog reads the text, up to a byte more than the limit, so that a longer text is
// refused.
func (a *app) readLog(ctx context.Context, name string) ([]byte, error) {
	in, done, err := a.open(ctx, name, "the report")
	if err != nil {
		return nil, err
	}
	defer done()
	data, err := io.ReadAll(io.LimitReader(in, paste.MaxText+1))
	if err != nil && name != standardInput {
		err = blame.Unreadable(name, err) // a directory can be opened
	}
	return data, err
}

// reportJudgement reports the result as that of a run of one case, and says what was
// not judged.
func (a *app) reportJudgement(format report.Format, log string, c *casefile.Case, j saved.Judgement) error {
	d := report.Document{
		Provenance: report.Provenance{Klptest: version(), Kernel: log, Release: cmp.Or(j.Release, "an unknown release"), Started: time.Now(), Planned: 1, Config: j.Observation.Facts.Config},
		Outcomes:   []report.Outcome{{Case: c.Text, Result: j.Result}},
	}
	d.Ending = ending(d, nil)
	if err := d.Play(a.reporter(format, true, 0)); err != nil {
		return err
	}
	for _, what := range j.Unjudged {
		a.notice("not judged: " + what)
	}
	return outcome([]judge.Result{j.Result})
}

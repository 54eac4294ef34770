// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bundle"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/rig"
	"github.com/klptest/klptest/internal/shellword"
	"github.com/klptest/klptest/vm"
)

// reproOptions are the flags of `klptest repro`.
type reproOptions struct {
	machineOptions
	runs  int
	given func(name string) bool
}

// A failure that did not occur each time gets more runs to occur again.
const reproRuns, flakyRuns = 3, 10

func (a *app) reproCommand() *cobra.Command {
	var o reproOptions
	c := &cobra.Command{
		Use:   "repro BUNDLE",
		Short: "Run the case of a bundle, and say whether it still fails in the same way",
		Long: `Run the case of a bundle, and say whether it fails in the same way, fails in a
different way, or no longer fails. klptest run --bundle writes bundles; klptest show
BUNDLE prints one without running anything.

The kernel is the bundle's, if it is a distribution's and can still be had; otherwise
name one with --kernel. CPUs, memory and kernel arguments are the bundle's unless a
flag overrides them.

A bundle is data: its case runs in a guest, its C is compiled in the sandbox, and
nothing in it chooses a program or a file of this host.

` + exit.ReproHelp(),
		Example: `  klptest repro state-add.klpbundle
  klptest repro state-add.klpbundle --kernel ~/linux`,
		Args: flags.Takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			o.given = c.Flags().Changed
			return a.repro(c.Context(), args[0], o)
		},
	}
	f := c.Flags()
	f.Var(&once{to: &o.kernel}, "kernel", kernelUsage+" (default: the bundle's)")
	kdirFlags(f, &o.machineOptions)
	f.Var(flags.Number(&o.runs, 0, 1, maxRepeat), "runs", fmt.Sprintf("call the failure gone after `N` runs without it (default %d; %d for one that did not occur each time)", reproRuns, flakyRuns))
	return c
}

func (a *app) repro(ctx context.Context, path string, o reproOptions) error {
	b, err := readBundle(path)
	if err != nil {
		return err
	}
	o.take(b.Run)
	if words := runWords(b.Run); len(words) > 0 {
		a.notice("the bundle was run with: " + strings.Join(words, " "))
	}
	if o.kernel == "" {
		if o.kernel = b.Kernel.Spec(); o.kernel == "" {
			return blame.AdviseUserf("name its source or its build tree, or a kernel of yours: "+reproWords(path, b)+"\nklptest show "+shellword.Quote(path)+" --part kernel.config is its configuration",
				"the bundle's kernel, %s, is none that can be had by its name", printable.Line(b.Kernel.Name))
		}
	}
	list, err := ignoring([]*casefile.Case{b.Case}, b.Run.Ignore)
	if err != nil {
		return err
	}
	times := repeatOptions{times: cmp.Or(o.runs, defaultRuns(b.Failure()))}
	res, passed, err := a.runUntilFail(ctx, times.of(list), o.machineOptions)
	if err != nil {
		return err
	}
	return a.sayRepro(b, res, passed)
}

// defaultRuns returns how many runs a failure gets to occur again.
func defaultRuns(res judge.Result) int {
	if res.Confirmation.Flaky() {
		return flakyRuns
	}
	return reproRuns
}

// take uses the options of the bundle's run that no flag overrides.
func (o *reproOptions) take(r bundle.Run) {
	for _, f := range []struct {
		name string
		take func()
	}{
		{"kernel-args", func() { o.KernelArgs = r.KernelArgs }},
		{"memory", func() { o.Memory = r.Memory }},
		{"cpus", func() { o.CPUs = max(1, r.CPUs) }},
		{"host-time", func() { o.HostTime = r.HostTime }},
		{"accel", func() { o.Accel = vm.Accel(cmp.Or(r.Accel, string(vm.Auto))) }},
	} {
		if !o.given(f.name) {
			f.take()
		}
	}
	o.Guests = map[string]rig.Guests{"booted": rig.Booted, "shared": rig.Shared}[r.Guests]
	o.Jobs, o.Lean = 1, true
}

// runUntilFail reports the runs up to the first that does not pass. It returns the result
// of the last run, and how many have passed.
func (a *app) runUntilFail(ctx context.Context, list []*casefile.Case, o machineOptions) (last judge.Result, passed int, err error) {
	format, err := report.FormatNamed(report.HumanFormat)
	if err != nil {
		return last, 0, err
	}
	rep := a.reporter(format, false, 0)
	o.Progress = rep
	r, err := a.newRig(ctx, o)
	if err != nil {
		return last, 0, err
	}
	defer func() { err = blame.Join(err, r.Close()) }()
	p := on(report.Provenance{Klptest: version(), Kernel: o.kernel, Started: time.Now(), Planned: len(list)}, r)
	if err := rep.Begin(p); err != nil {
		return last, 0, err
	}
	d := report.Document{Provenance: p}
	for res, err := range r.RunCases(ctx, list) {
		if err != nil {
			d.Ending = ending(d, err)
			return last, passed, blame.Join(err, rep.End(d.Ending))
		}
		last = res
		d.Outcomes = append(d.Outcomes, report.Outcome{Result: res})
		if err := rep.Case(d.Outcomes[len(d.Outcomes)-1]); err != nil {
			return last, passed, err
		}
		if res.Verdict != judge.Pass {
			break
		}
		passed++
	}
	d.Ending = ending(d, nil)
	return last, passed, rep.End(d.Ending)
}

// sayRepro compares the failures, and prints the outcome.
func (a *app) sayRepro(b *bundle.Bundle, res judge.Result, passed int) error {
	word, status := "", exit.Failed
	was := b.Failure()
	switch {
	case res.Verdict == judge.Pass:
		word, status = fmt.Sprintf("gone: it passes, %d of %d times", passed, passed), exit.Passed
	case res.Verdict == judge.Fail && judge.SameReason(was, res):
		word = "same: it fails as in the bundle"
	case res.Verdict == judge.Fail:
		word, status = "different: it fails, but not as in the bundle: "+was.Headline(), exit.Different
	case res.Verdict == judge.Skip:
		word, status = "not run: "+res.Headline(), exit.Nothing
	default:
		word, status = "not judged: "+res.Headline(), exit.Error
	}
	if _, err := fmt.Fprintln(a.out, printable.Line(word)); err != nil || status == exit.Passed {
		return err
	}
	return verdicts(status)
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bundle"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/shellword"
)

// isBundle reports whether an argument is a bundle's file, not the name of a case.
func isBundle(arg string) bool { return strings.HasSuffix(arg, bundle.Ending) }

// partFlag adds --part, with the names of the parts for completion.
func partFlag(c *cobra.Command, to *string) {
	const name = "part"
	c.Flags().StringVar(to, name, "", "of a bundle, print this `part`")
	var names []string
	for _, p := range bundle.Parts {
		names = append(names, p.Name+"\t"+p.What)
	}
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// showBundle prints what is in a bundle, or one part of it. It runs nothing.
func (a *app) showBundle(path, part string) error {
	b, err := readBundle(path)
	if err != nil {
		return err
	}
	text := a.describeBundle(path, b)
	if part != "" {
		data, ok := b.Parts[part]
		if !ok {
			return blame.AdviseUserf("klptest show "+shellword.Quote(path)+" lists its parts", "the bundle has no part %s", part)
		}
		text = func(w io.Writer) error { _, err := io.WriteString(w, printable.Text(string(data))); return err }
	}
	return text(a.out)
}

// describeBundle writes the failure as the run reported it, and what it was seen on.
func (a *app) describeBundle(path string, b *bundle.Bundle) func(io.Writer) error {
	return func(w io.Writer) error {
		if err := b.Report.Play(report.NewHuman(w, screenOf(a.out, true))); err != nil {
			return err
		}
		fmt.Fprintln(w)
		for _, l := range bundleFacts(b) {
			if l[1] != "" {
				fmt.Fprintf(w, "%-9s%s\n", l[0], printable.Line(l[1]))
			}
		}
		for _, p := range bundle.Parts {
			if data, ok := b.Parts[p.Name]; ok {
				fmt.Fprintf(w, "%-14s%8s  %s\n", p.Name, printable.Size(int64(len(data))+1023), p.What)
			}
		}
		_, err := fmt.Fprintf(w, "\none part: klptest show %[1]s --part %[2]s\nagain:    %[3]s\n", printable.Line(shellword.Quote(path)), bundle.CasePart, printable.Line(reproWords(path, b)))
		return err
	}
}

// reproWords returns the command that runs a bundle again.
func reproWords(path string, b *bundle.Bundle) string {
	words := "klptest repro " + shellword.Quote(path)
	if b.Kernel.Spec() == "" {
		words += " --kernel DIR"
	}
	return words
}

func bundleFacts(b *bundle.Bundle) [][2]string {
	m, h := b.Report.Machine, b.Report.Host
	return [][2]string{
		{"title", b.Case.Title},
		{"kernel", fmt.Sprintf("%s, release %s", b.Kernel.Name, b.Kernel.Release)},
		{"klptest", b.Klptest},
		{"written", b.Written.UTC().Format("2006-01-02 15:04 UTC")},
		{"QEMU", fmt.Sprintf("%s, %s, %s, %d MiB", m.QEMU, m.Accel, printable.Count(m.CPUs, "CPU", "CPUs"), m.Memory)},
		{"cmdline", m.Cmdline},
		{"compiler", b.Compiler},
		{"host", strings.Join([]string{h.System, h.Processor, h.Kernel}, ", ")},
		{"run with", strings.Join(runWords(b.Run), " ")},
	}
}

// runWords returns the flags of klptest run with which the case was run.
func runWords(r bundle.Run) (words []string) {
	add := func(name string, value any) { words = append(words, name, shellword.Quote(fmt.Sprint(value))) }
	for _, arg := range r.KernelArgs {
		add("--kernel-args", arg)
	}
	if r.Memory > 0 {
		add("--memory", r.Memory)
	}
	if r.CPUs > 0 {
		add("--cpus", r.CPUs)
	}
	if r.HostTime {
		words = append(words, "--host-time")
	}
	if r.Accel != "" {
		add("--accel", r.Accel)
	}
	if flag := map[string]string{"booted": "--fresh", "shared": "--one-vm"}[r.Guests]; flag != "" {
		words = append(words, flag)
	}
	for _, text := range r.Ignore {
		add("--ignore", text)
	}
	if r.Shuffle > 0 {
		add("--shuffle", r.Shuffle)
	}
	return words
}

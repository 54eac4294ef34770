// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/settings"
)

// manCommand prints the man page for make install.
func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man",
		Short:  "Print the man page",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(c *cobra.Command, _ []string) error { return writeMan(a.out, c.Root()) },
	}
}

// writeMan writes a man(7) page with all commands and their flags.
func writeMan(w io.Writer, root *cobra.Command) error {
	m := &man{}
	m.macro("TH", "KLPTEST", "1", "", "klptest "+root.Version)
	m.section("NAME", "klptest - "+root.Short)
	m.section("SYNOPSIS", "klptest COMMAND [FLAG]... [ARGUMENT]...")
	m.section("DESCRIPTION", root.Long)
	m.macro("SH", "COMMANDS")
	m.commands(root)
	m.macro("SH", "EXIT STATUS")
	for _, e := range exit.Meanings {
		m.item(fmt.Sprint(e.Status), e.When)
	}
	m.macro("SH", "ENVIRONMENT")
	m.item(kernelVariable, "the default of --kernel")
	m.item("XDG_CACHE_HOME", "where the cache is, in the directory klptest; ~/.cache without it")
	m.macro("SH", "FILES")
	m.item(settings.Name, "what a project says once, in the working directory or the nearest one above that has it: kernel, jobs, expected-failures")
	m.section("SEE ALSO", "klptest help case, klptest help kernels, klptest help machines")
	_, err := io.WriteString(w, m.String())
	return err
}

// man builds a page.
type man struct{ strings.Builder }

// macro writes a roff macro. Its arguments are plain text.
func (m *man) macro(name string, args ...string) {
	m.WriteString("." + name)
	for _, arg := range args {
		m.WriteString(` "` + strings.ReplaceAll(escapeRoff(arg), `"`, `\(dq`) + `"`)
	}
	m.WriteString("\n")
}

func (m *man) section(title, text string) {
	m.macro("SH", title)
	m.text(text)
}

// text writes lines verbatim.
func (m *man) text(text string) {
	m.macro("nf")
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			line = `\&` + escapeRoff(line)
		} else {
			line = escapeRoff(line)
		}
		m.WriteString(line + "\n")
	}
	m.macro("fi")
}

func (m *man) item(what, means string) {
	m.macro("TP")
	m.macro("B", what)
	m.WriteString(`\&` + escapeRoff(means) + "\n")
}

// commands writes the commands below c, one after another.
func (m *man) commands(c *cobra.Command) {
	for _, sub := range c.Commands() {
		if !sub.IsAvailableCommand() || sub.Name() == "help" || sub.Name() == "completion" {
			continue
		}
		m.macro("SS", sub.UseLine())
		text := sub.Short + "."
		if sub.Long != "" {
			text = sub.Long
		}
		m.text(text)
		sub.LocalFlags().VisitAll(m.flag)
		m.commands(sub)
	}
}

func (m *man) flag(f *pflag.Flag) {
	if f.Hidden || f.Name == "help" {
		return
	}
	value, means := pflag.UnquoteUsage(f)
	what := strings.TrimSpace("--" + f.Name + " " + value)
	if f.Shorthand != "" {
		what = "-" + f.Shorthand + ", " + what
	}
	m.item(what, means)
}

// escapeRoff escapes a text so that roff prints it literally.
func escapeRoff(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "~", `\(ti`, "^", `\(ha`, "`", `\(ga`, "'", `\(aq`, "…", `...`).Replace(text)
}

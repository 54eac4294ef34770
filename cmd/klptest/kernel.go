// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/internal/flags"
)

func (a *app) kernelCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "kernel",
		Short: "List, fetch and build kernels, and explain their coverage",
		Args:  flags.Subcommands,
		RunE:  help,
	}
	c.AddCommand(a.kernelListCommand(), a.kernelFetchCommand(), a.kernelBuildCommand(), a.kernelCoverageCommand())
	return c
}

func (a *app) kernelListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the kernels that --kernel can name here",
		Args:  flags.Takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			store, err := a.openCache(c.Context())
			if err != nil {
				return err
			}
			list, err := catalog.List(c.Context(), store)
			if c.Context().Err() != nil {
				return context.Cause(c.Context())
			}
			printListings(a.out, list)
			return err
		},
	}
}

func printListings(w io.Writer, list []images.Listing) {
	var table bytes.Buffer
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, l := range list {
		var notes []string
		if l.Cached {
			notes = append(notes, "cached")
		}
		if l.Tried {
			notes = append(notes, "tried")
		}
		fmt.Fprintf(t, "%s\t%s\t%s", l.Spec, l.Release, l.Source)
		if len(notes) > 0 {
			fmt.Fprintf(t, "\t%s", strings.Join(notes, ", "))
		}
		fmt.Fprintln(t)
	}
	t.Flush() // into memory
	for line := range strings.Lines(table.String()) {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
}

func (a *app) kernelFetchCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "fetch KERNEL...",
		Short: "Download kernels and their headers into the cache, and print their paths",
		Example: "  klptest kernel fetch debian:6.1\n" +
			"  klptest kernel fetch debian:trixie debian:sid",
		Args:              flags.Takes(1, flags.AnyNumber),
		ValidArgsFunction: a.completeKernels,
		RunE: func(c *cobra.Command, args []string) error {
			store, err := a.openCache(c.Context())
			if err != nil {
				return err
			}
			for _, name := range args {
				k, err := catalog.Resolve(c.Context(), store, name, images.Options{Notice: a.notice})
				if err != nil {
					return err
				}
				printKernel(a.out, k)
			}
			return nil
		},
	}
}

func printKernel(w io.Writer, k *images.Kernel) {
	lines := [][2]string{{"name", k.Name}, {"release", k.Release}, {"image", k.Image}, {"kdir", k.KDir}, {"modules", strings.Join(k.Modules, ":")}}
	if k.Toolchain != "" {
		lines = append(lines, [2]string{"toolchain", k.Toolchain})
	}
	for _, l := range lines {
		fmt.Fprintf(w, "%-9s%s\n", l[0]+" ", l[1])
	}
}

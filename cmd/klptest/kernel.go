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
	"github.com/klptest/klptest/internal/blame"
)

func (a *app) kernelCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "kernel",
		Short: "List, fetch and build kernels",
		Args:  subcommands,
		RunE:  help,
	}
	c.AddCommand(a.kernelListCommand(), a.kernelFetchCommand(), a.kernelBuildCommand())
	return c
}

func (a *app) kernelListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the kernels that --kernel can name here",
		Args:  takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			store, err := a.openCache(c.Context())
			if err != nil {
				return err
			}
			list, err := catalog.List(c.Context(), store)
			if c.Context().Err() != nil {
				return context.Cause(c.Context())
			}
			return blame.Join(printListings(a.out, list), err)
		},
	}
}

func printListings(w io.Writer, list []images.Listing) error {
	var table bytes.Buffer
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, l := range list {
		cached := ""
		if l.Cached {
			cached = "cached"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", l.Spec, l.Release, l.Source, cached)
	}
	t.Flush() // into memory
	for line := range strings.Lines(table.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) kernelFetchCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "fetch KERNEL",
		Short:   "Download a kernel and its headers into the cache, and print where they are",
		Example: "  klptest kernel fetch debian:6.1",
		Args:    takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			store, err := a.openCache(c.Context())
			if err != nil {
				return err
			}
			k, err := catalog.Resolve(c.Context(), store, args[0], images.Options{Notice: a.notice})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.out, "name     %s\nrelease  %s\nimage    %s\nkdir     %s\nmodules  %s\n",
				k.Name, k.Release, k.Image, k.KDir, strings.Join(k.Modules, ":"))
			return err
		},
	}
}

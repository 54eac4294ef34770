// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/shellword"
)

func (a *app) cacheCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "cache",
		Short: "List and remove cache entries",
		Args:  flags.Subcommands,
		RunE:  help,
	}
	c.AddCommand(a.cacheListCommand(), a.cacheRemoveCommand(), a.cachePruneCommand())
	return c
}

func (a *app) cacheListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "ls",
		Short: "List the entries and the kept work directories, most recently used first",
		Long: `List the entries of the cache and the kept work directories (tmp/…), most recently
used first: name, size, last use and description. The last line has the total size and
the cache's directory.`,
		Args: flags.Takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			store, list, err := a.openUsage(c.Context())
			if err != nil {
				return err
			}
			return printUsage(a.out, store.Root(), list)
		},
	}
}

// openUsage opens the cache and lists its entries.
func (a *app) openUsage(ctx context.Context) (*cache.Cache, []cache.Usage, error) {
	store, err := a.openCache(ctx)
	if err != nil {
		return nil, nil, err
	}
	list, err := store.Usage()
	return store, list, err
}

func printUsage(w io.Writer, root string, list []cache.Usage) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, u := range list {
		line := fmt.Sprintf("%s\t%s\t%s", u, printable.Size(u.Size), u.Used.Format(time.DateTime))
		if about := whatIs(u); about != "" {
			line += "  " + about
		}
		fmt.Fprintln(t, line)
	}
	fmt.Fprintf(t, "total\t%s\t%s in %s\n", printable.Size(total(list)), printable.Count(len(list), "entry", "entries"), root)
	return t.Flush()
}

// whatIs describes an entry, or says why a work directory was kept; it may be empty.
func whatIs(u cache.Usage) string { return cmp.Or(keptWhy(u), printable.Line(u.About)) }

// keptWhy says why a work directory was kept.
func keptWhy(u cache.Usage) string {
	switch {
	case u.Asked:
		return "kept, as --keep asked"
	case u.Kept():
		return "kept after a failure"
	}
	return ""
}

func total(list []cache.Usage) (bytes int64) {
	for _, u := range list {
		bytes += u.Size
	}
	return bytes
}

func (a *app) cacheRemoveCommand() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "rm [ENTRY]...",
		Short: "Remove entries and kept work directories, named as cache ls lists them",
		Long: `Remove entries and kept work directories, named as cache ls lists them. What another
klptest may be using stays, and the exit status is then 3.`,
		Example: `  klptest cache rm kmods/0123456789abcdef
  klptest cache rm --all`,
		ValidArgsFunction: a.completeEntries,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case all && len(args) > 0:
				return flags.Misused(c, "--all removes every entry: name none")
			case !all && len(args) == 0:
				return flags.Misused(c, "name the entries to remove, or give --all")
			}
			store, list, err := a.openUsage(c.Context())
			if err != nil {
				return err
			}
			if !all {
				if list, err = named(list, args); err != nil {
					return err
				}
			}
			stay, err := a.removeEntries(c.Context(), store, list)
			return blame.Join(err, notRemoved(stay, len(list)))
		},
	}
	c.Flags().BoolVar(&all, "all", false, "remove every entry and every kept work directory")
	return c
}

// named picks the entries with the given names.
func named(list []cache.Usage, names []string) (picked []cache.Usage, err error) {
	for _, name := range names {
		i := slices.IndexFunc(list, func(u cache.Usage) bool { return u.String() == name })
		if i < 0 {
			return nil, blame.AdviseUserf("klptest cache ls lists them", "no such entry: %s", shellword.Quote(name))
		}
		picked = append(picked, list[i])
	}
	return picked, nil
}

func (a *app) cachePruneCommand() *cobra.Command {
	var limit int64
	c := &cobra.Command{
		Use:     "prune --max-size SIZE",
		Short:   "Remove the least recently used entries, except those kept by --keep, until the rest fits",
		Example: "  klptest cache prune --max-size 2G",
		Args:    flags.Takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			store, list, err := a.openUsage(c.Context())
			if err != nil {
				return err
			}
			_, err = a.removeEntries(c.Context(), store, cache.Excess(list, limit))
			return err
		},
	}
	c.Flags().Var(flags.Bytes(&limit), "max-size", "total size of all entries, a `SIZE` such as 500M or 10G")
	flags.Rules{Needed: []string{"max-size"}}.Of(c)
	return c
}

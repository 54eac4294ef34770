// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/bisect"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/git"
)

const bisectHelp = `Find the first commit of a kernel's repository on which cases fail, with
git bisect run. The repository is only read: the search has its own work tree in
the cache, and keeps its state there. The same command resumes an interrupted search.

The two ends are judged first: the search begins only if a case fails on --bad and
all cases pass on --good.

With --out, each judged commit has its own directory of results below that one.

A commit is bad if a case fails, and fails again each time it is rerun (--confirm).
It is good if all cases pass. It is skipped if it does not build, if a case both
fails and passes on it, or if there is no verdict (ERROR).

With --selftests, the selftests in the commit's source run as well; without a CASE,
they run instead of the cases. A commit that lacks a script is skipped.

Building runs the tree's Makefiles on this host, as make in the tree would.

Exit status: 0 the commit was found, 4 inconclusive because commits were skipped,
2 usage, 3 an error, such as a --good that is not good, 130 interrupted.`

func (a *app) bisectCommand() *cobra.Command {
	var good, bad, repo string
	var o stepOptions
	c := &cobra.Command{
		Use:   "bisect --good REV --bad REV [--selftests SCRIPT,...] [CASE|PATTERN|FILE]...",
		Short: "Find the first commit on which cases fail",
		Long:  bisectHelp,
		Example: `  klptest bisect --git ~/linux --good v6.11 --bad v6.12 state-lower-refused
  klptest bisect --good HEAD~20 --bad HEAD my.txtar
  klptest bisect --good HEAD~20 --bad HEAD --selftests state`,
		Args: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed(selftestsName) {
				return nil
			}
			return flags.Takes(1, flags.AnyNumber)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			words, err := stepWords(c.Flags(), o, args)
			if err != nil {
				return err
			}
			return a.bisect(c.Context(), repo, good, bad, words)
		},
	}
	f := c.Flags()
	f.StringVar(&good, "good", "", "a `revision` on which the cases pass")
	f.StringVar(&bad, "bad", "", "a later `revision` on which the cases fail")
	f.StringVar(&repo, "git", ".", "`directory` of the kernel's repository")
	stepFlags(c, &o)
	flags.Rules{Needed: []string{"good", "bad"}}.Of(c)
	return c
}

// stepWords returns the arguments of bisect-step: its flags, and the cases, with
// paths that are valid in any directory.
func stepWords(flags *pflag.FlagSet, o stepOptions, args []string) (words []string, err error) {
	if _, err := o.beside(args); err != nil {
		return nil, err
	}
	if _, err := kconfig.Fragments(o.build.Kind, o.build.Fragments); err != nil {
		return nil, err
	}
	flags.Visit(func(f *pflag.Flag) {
		if f.Name == "good" || f.Name == "bad" || f.Name == "git" {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, v := range list.GetSlice() {
				words = append(words, "--"+f.Name+"="+absIfFile(f.Name == "config", v))
			}
			return
		}
		words = append(words, "--"+f.Name+"="+absIfFile(f.Name == "out", f.Value.String()))
	})
	words = append(words, "--")
	for _, arg := range args {
		words = append(words, absIfFile(cases.IsFile(arg), arg))
	}
	return words, nil
}

// absIfFile makes the path of a file absolute.
func absIfFile(isFile bool, name string) string {
	if abs, err := filepath.Abs(name); err == nil && isFile {
		return abs
	}
	return name
}

func (a *app) bisect(ctx context.Context, repo, good, bad string, words []string) error {
	store, err := a.openCache(ctx)
	if err != nil {
		return err
	}
	r, err := git.Open(ctx, repo)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	q, err := bisect.Ask(ctx, r, good, bad, append([]string{self, stepName}, words...))
	if err != nil {
		return err
	}
	tree, unlock, err := r.BorrowIn(ctx, store)
	if err != nil {
		return err
	}
	defer unlock()
	s, resumed, err := bisect.Open(ctx, tree, q)
	if err != nil {
		return err
	}
	if resumed {
		a.notice("resuming the interrupted search")
	}
	answer, err := s.Run(ctx, a.err)
	if err != nil {
		return err
	}
	fmt.Fprint(a.out, answer.Text(ctx, r))
	if answer.First == "" {
		return verdicts(exit.Nothing)
	}
	return nil
}

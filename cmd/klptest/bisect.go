// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/bisect"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/git"
	"github.com/klptest/klptest/internal/printable"
)

func (a *app) bisectCommand() *cobra.Command {
	var good, bad, repo string
	var o stepOptions
	c := &cobra.Command{
		Use:   "bisect --good REV --bad REV CASE|PATTERN|FILE...",
		Short: "Find the first commit on which cases fail",
		Long: `Find, by git bisect run, the first commit of a kernel's repository on which
cases fail. The repository is only read: the search has its own work tree in the
cache, and keeps its state there. The same command resumes an interrupted search.

A commit is bad when a case fails, and fails each time that it is run again
(--confirm). It is good when all cases pass. It is skipped when it does not build,
when a case both fails and passes on it, or when it gives no verdict (ERROR).

Building runs the tree's Makefiles on this host, as make in the tree would.

Exit status: 0 the commit is found, 4 inconclusive, because commits were skipped,
2 usage, 3 an error, 130 interrupted.`,
		Example: `  klptest bisect --git ~/linux --good v6.11 --bad v6.12 state-lower-refused
  klptest bisect --good HEAD~20 --bad HEAD my.txtar`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			words, err := stepWords(c.Flags(), args)
			if err != nil {
				return err
			}
			return a.bisect(c.Context(), repo, good, bad, words)
		},
	}
	c.Flags().StringVar(&good, "good", "", "a `revision` on which the cases pass")
	c.Flags().StringVar(&bad, "bad", "", "a later `revision` on which the cases fail")
	c.Flags().StringVar(&repo, "git", ".", "the kernel's repository, a `directory`")
	stepFlags(c, &o)
	for _, name := range []string{"good", "bad"} {
		_ = c.MarkFlagRequired(name)
	}
	return c
}

// stepWords are the words for bisect-step: its flags, and cases that mean the
// same in another directory.
func stepWords(flags *pflag.FlagSet, args []string) (words []string, err error) {
	if _, err := selectCases(args); err != nil {
		return nil, err
	}
	flags.Visit(func(f *pflag.Flag) {
		if f.Name == "good" || f.Name == "bad" || f.Name == "git" {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, v := range list.GetSlice() {
				words = append(words, "--"+f.Name+"="+placed(f.Name == "config", v))
			}
			return
		}
		words = append(words, "--"+f.Name+"="+f.Value.String())
	})
	words = append(words, "--")
	for _, arg := range args {
		words = append(words, placed(isFile(arg), arg))
	}
	return words, nil
}

// placed names a file so that it can be found from anywhere.
func placed(isFile bool, name string) string {
	if abs, err := filepath.Abs(name); err == nil && isFile {
		return abs
	}
	return name
}

func (a *app) bisect(ctx context.Context, repo, good, bad string, words []string) error {
	store, err := a.openCache()
	if err != nil {
		return err
	}
	r, err := git.Open(ctx, repo)
	if err != nil {
		return err
	}
	q, err := question(ctx, r, good, bad, words)
	if err != nil {
		return err
	}
	tree, unlock, err := a.borrow(ctx, store, r)
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
	return printAnswer(ctx, a.out, r, answer)
}

func question(ctx context.Context, r *git.Repo, good, bad string, words []string) (q bisect.Question, err error) {
	if q.Good, err = r.Commit(ctx, good); err != nil {
		return q, err
	}
	if q.Bad, err = r.Commit(ctx, bad); err != nil {
		return q, err
	}
	if ok, err := r.IsAncestor(ctx, q.Good, q.Bad); err != nil || !ok || q.Good == q.Bad {
		return q, &blame.Error{Party: blame.User, Summary: good + " is not before " + bad, Advice: "--good must be an ancestor of --bad", Err: err}
	}
	self, err := os.Executable()
	if err != nil {
		return q, err
	}
	q.Step = append([]string{self, "bisect-step"}, words...)
	return q, nil
}

// treeKind is the directory of the cache with work trees of ours.
const treeKind = "kernel-trees"

// borrow takes the work tree of ours that belongs to a repository.
func (a *app) borrow(ctx context.Context, store *cache.Cache, r *git.Repo) (*git.Worktree, func(), error) {
	id := fmt.Sprintf("%x", sha256.Sum256([]byte(r.ID())))[:16]
	unlock, err := store.Lock(ctx, treeKind+"-"+id)
	if err != nil {
		return nil, nil, err
	}
	tree, err := r.Borrow(ctx, filepath.Join(store.Root(), treeKind, id))
	if err != nil {
		unlock()
		return nil, nil, err
	}
	return tree, unlock, nil
}

// printAnswer says what was found, and what could not be judged.
func printAnswer(ctx context.Context, w io.Writer, r *git.Repo, answer *bisect.Answer) error {
	describe := func(sha string) string {
		subject, err := r.Subject(ctx, sha)
		if err != nil {
			return sha
		}
		return sha + " " + printable.Text(subject)
	}
	if answer.First != "" {
		fmt.Fprintf(w, "first bad commit: %s\n", describe(answer.First))
		if why := answer.Of(answer.First).Why; why != "" {
			fmt.Fprintf(w, "  %s\n", printable.Text(why))
		}
	} else {
		fmt.Fprintln(w, "the first bad commit is one of these; not all of them could be judged:")
		for _, sha := range answer.Possible {
			fmt.Fprintf(w, "  %s\n", describe(sha))
		}
	}
	for _, n := range answer.Skipped() {
		fmt.Fprintf(w, "skipped: %.12s %s: %s\n", n.Commit, printable.Text(n.Subject), printable.Text(n.Why))
	}
	if answer.First == "" {
		return verdicts(exit.Nothing)
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/images/local"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/terminal"
)

func (a *app) kernelBuildCommand() *cobra.Command {
	var b kbuild.Builder
	c := &cobra.Command{
		Use:   "build SRC",
		Short: "Build a small kernel for klptest from its source",
		Long: `Build a small kernel from a source tree (a git work tree or an unpacked tarball):
make tinyconfig, plus the options in images/kconfig/base.config that klptest
needs. The tree is never written to. The build stays in the cache, so the next
one rebuilds only what has changed.

With --gcov, the kernel counts how often it runs each line of kernel/livepatch, and is
otherwise the same. klptest run --gcov --kernel KDIR reads the counts; KDIR is the
directory printed as kdir.

With --for-image, the kernel also boots a distribution from a disk image: klptest run
--image DISK --kernel KDIR, or --kernel SRC, which builds the same kernel.

The first build takes minutes. "klptest run --kernel SRC" also builds the kernel.

Building runs the tree's Makefiles on this host, as make in the tree would:
build only sources that you trust.`,
		Example: `  klptest kernel build ~/linux
  klptest kernel build ~/linux --debug
  klptest kernel build ~/linux --config my.config
  klptest kernel build ~/linux --gcov
  klptest kernel build ~/linux --for-image`,
		Args: flags.Takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			b.Source = args[0]
			return a.buildKernel(c.Context(), b)
		},
	}
	buildFlags(c, &b)
	c.Flags().BoolVar(&b.Kind.Gcov, "gcov", false, "count how often each line of kernel/livepatch is run, for klptest run --gcov (images/kconfig/gcov.config)")
	c.Flags().BoolVar(&b.Kind.Image, "for-image", false, "set the options that a distribution in a disk image needs, for --image (images/kconfig/image.config)")
	c.Flags().StringArrayVar(&b.Counted, "gcov-files", nil, "with --gcov, also count the lines of `files` such as kernel/module/main.c or kernel/module/*.c; may be repeated")
	flags.Rules{With: [][2]string{{"gcov-files", "gcov"}}}.Of(c)
	return c
}

// buildFlags adds the flags of every command that builds kernels.
func buildFlags(c *cobra.Command, b *kbuild.Builder) {
	c.Flags().StringArrayVar(&b.Fragments, "config", nil, "set the options of `fragment`, a part of a .config; may be repeated")
	c.Flags().BoolVar(&b.Kind.Debug, "debug", false, "build with lockdep, KASAN, kmemleak and other checks (images/kconfig/debug.config)")
	c.Flags().BoolVar(&b.Kind.LLVM, "llvm", false, "build with clang and lld, as make LLVM=1 does (images/kconfig/llvm.config)")
}

func (a *app) buildKernel(ctx context.Context, b kbuild.Builder) error {
	if err := notPackaged(b.Source); err != nil {
		return err
	}
	store, err := a.openCache(ctx)
	if err != nil {
		return err
	}
	b.Cache = store
	progress, done := a.buildProgress()
	b.Progress = progress
	dir, err := b.Build(ctx)
	done()
	if err != nil {
		return err
	}
	k, err := local.Tree(dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "release  %s\nimage    %s\nkdir     %s\n", k.Release, k.Image, k.KDir)
	return nil
}

// buildProgress shows a build: on a terminal as a line that changes, elsewhere as a
// line at intervals.
func (a *app) buildProgress() (show func(kbuild.Progress), done func()) {
	fd, tty := terminal.Of(a.err)
	if !tty || os.Getenv("TERM") == "dumb" {
		return kbuild.NowAndThen(func(p kbuild.Progress) { fmt.Fprintln(a.err, "klptest:", printable.Line(p.String())) }), func() {}
	}
	drawn := false
	show = func(p kbuild.Progress) {
		drawn = true
		fmt.Fprintf(a.err, "\r\x1b[K%.*s", terminal.Width(fd)-1, printable.Line(p.String()))
	}
	return show, func() {
		if drawn {
			fmt.Fprint(a.err, "\r\x1b[K")
		}
	}
}

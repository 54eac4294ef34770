// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/images/userland"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/doctor"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/vm"
)

func (a *app) doctorCommand() *cobra.Command {
	var kernel, kdir string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Report what this host is missing, and the command that installs it",
		Long: `Check whether this host has what a run needs: programs, memory, processors, disk.
With --kernel, also check the kernel's headers and configuration.

Exit status: 0 everything required is there, 3 something is missing.`,
		Example: `  klptest doctor
  klptest doctor --kernel ~/linux`,
		Args: flags.Takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := cache.Default()
			if err != nil {
				return err
			}
			findings := append(doctor.Examine(c.Context(), doctor.Here(), dir, (&images.Kernel{}).Memory()), doctor.KernelBuilds(kbuild.MissingTools(nil)),
				doctor.Selftests(userland.Missing(os.Getenv("PATH"), depends.Of(selftestsName))))
			findings = append(findings, doctor.EmulatorFaults(vm.Quirks(""))...)
			if kernel != "" {
				findings = append(findings, a.examineKernel(c.Context(), kernel, kdir)...)
			}
			if c.Context().Err() != nil {
				return context.Cause(c.Context()) // what was not checked is not missing
			}
			if missing := doctor.Write(a.out, findings); missing > 0 {
				return verdicts(exit.Error)
			}
			return nil
		},
	}
	c.Flags().StringVar(&kernel, "kernel", "", "also check this kernel; it is downloaded if needed")
	c.Flags().StringVar(&kdir, "kdir", "", "build `directory` or headers, for a kernel given as a file")
	flags.Rules{With: [][2]string{{"kdir", "kernel"}}}.Of(c)
	return c
}

// examineKernel resolves the kernel and looks at its configuration.
func (a *app) examineKernel(ctx context.Context, spec, kdir string) []doctor.Finding {
	store, err := a.openCache(ctx)
	if err == nil {
		var k *images.Kernel
		if k, err = catalog.Resolve(ctx, store, spec, images.Options{KDir: kdir, Notice: a.notice}); err == nil {
			return doctor.Kernel(k)
		}
	}
	return []doctor.Finding{doctor.FromError("kernel "+spec, err)}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/doctor"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/vm"
)

func (a *app) doctorCommand() *cobra.Command {
	var kernel, kdir string
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Report what this host is missing, and the command that installs it",
		Long: `Check this host for what a run needs: programs, memory, processors, disk. With
--kernel, also check the kernel's headers and configuration.

Exit status: 0 everything required is there, 3 something is missing.`,
		Example: `  klptest doctor
  klptest doctor --kernel ~/linux`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := cache.Default()
			if err != nil {
				return err
			}
			findings := append(doctor.Examine(c.Context(), doctor.Here(), dir, 512), kernelBuilds(kbuild.MissingTools(nil)))
			findings = append(findings, emulatorFaults(vm.Quirks(""))...)
			if kernel != "" {
				findings = append(findings, a.examineKernel(c.Context(), kernel, kdir)...)
			}
			if missing := printFindings(a.out, findings); missing > 0 {
				return verdicts(exit.Error)
			}
			return nil
		},
	}
	c.Flags().StringVar(&kernel, "kernel", "", "also check this kernel; it is downloaded if needed")
	c.Flags().StringVar(&kdir, "kdir", "", "build `directory` or headers, for a kernel given as a file")
	return c
}

// kernelBuilds tells whether kernels can be built from their source.
func kernelBuilds(missing []depends.Need) doctor.Finding {
	f := doctor.Finding{Name: "kernel builds", Optional: true, OK: len(missing) == 0, Detail: "everything needed is installed"}
	if !f.OK {
		f.Detail, f.Mend = "no kernel can be built from source: missing", kbuild.InstallTools(missing)
		for _, t := range missing {
			f.Detail += " " + t.Name
		}
	}
	return f
}

// emulatorFaults are those of QEMU's emulator that another version does not have.
func emulatorFaults(version string, list []vm.Quirk) (findings []doctor.Finding) {
	if version == "" {
		version = "of unknown version"
	}
	for _, q := range list {
		findings = append(findings, doctor.Finding{
			Name: "emulator", Optional: true,
			Detail: fmt.Sprintf("QEMU %s: %s; without KVM %s", version, q.Name, q.Cost),
			Mend:   "install QEMU " + q.Fixed + " or newer, or name one with --qemu",
		})
	}
	return findings
}

// examineKernel resolves the kernel and looks at its configuration.
func (a *app) examineKernel(ctx context.Context, spec, kdir string) []doctor.Finding {
	k, err := a.resolveForDoctor(ctx, spec, images.Options{KDir: kdir, Notice: a.notice})
	if err != nil {
		return []doctor.Finding{doctor.FromError("kernel "+spec, err)}
	}
	findings := []doctor.Finding{{Name: "kernel", OK: true, Detail: k.Name + ", release " + k.Release}}
	findings = append(findings, options(kconfig.Required(k.Config), false)...)
	return append(findings, options(kconfig.Recommended(k.Config), true)...)
}

func options(missing []kconfig.Missing, optional bool) (findings []doctor.Finding) {
	for _, m := range missing {
		findings = append(findings, doctor.Finding{
			Name: m.Option, Optional: optional, Detail: m.Why, Mend: "set it to " + m.Want + " and build the kernel again",
		})
	}
	return findings
}

func (a *app) resolveForDoctor(ctx context.Context, spec string, o images.Options) (*images.Kernel, error) {
	store, err := a.openCache()
	if err != nil {
		return nil, err
	}
	return catalog.Resolve(ctx, store, spec, o)
}

// printFindings prints a line each, with the mending command below what is
// missing, and counts what cannot be done without.
func printFindings(w io.Writer, findings []doctor.Finding) (missing int) {
	for _, f := range findings {
		mark := "ok     "
		switch {
		case !f.OK && f.Optional:
			mark = "without"
		case !f.OK:
			mark = "MISSING"
			missing++
		}
		fmt.Fprintf(w, "%s  %-14s %s\n", mark, f.Name, printable.Text(f.Detail))
		if !f.OK {
			fmt.Fprintf(w, "%*s  → %s\n", len(mark)+15, "", f.Mend)
		}
	}
	return missing
}

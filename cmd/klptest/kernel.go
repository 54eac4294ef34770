// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/rig"
	"github.com/klptest/klptest/vm"
)

// defaultKernel is what cases run on when nobody says otherwise.
const defaultKernel = "debian:6.12"

// machineFlags are the flags of a command that boots guests of one kernel.
func machineFlags(f *pflag.FlagSet, o *rig.Options) {
	f.StringVar(&o.Kernel, "kernel", defaultKernel, "kernel: debian:SERIES, debian:VERSION, a source or build tree, a bzImage or vmlinux (with --kdir), host")
	f.StringVar(&o.KDir, "kdir", "", "build `directory` or headers of a kernel given as a file")
	guestFlags(f, o)
}

// guestFlags are the flags of every command that boots guests.
func guestFlags(f *pflag.FlagSet, o *rig.Options) {
	f.StringArrayVar(&o.KernelArgs, "kernel-args", nil, "further `argument` of the kernel command line; may be repeated")
	f.StringVar(&o.QEMU, "qemu", "", "QEMU `binary` (default qemu-system-x86_64 on the PATH)")
	f.StringVar((*string)(&o.Accel), "accel", string(vm.Auto), "acceleration: auto, kvm or tcg")
	f.IntVar(&o.Memory, "memory", 0, "memory of a guest in `MiB`, for cases that do not say (default 512; 640 with KASAN)")
	f.IntVar(&o.CPUs, "cpus", 1, "CPUs of a guest, for cases that do not say")
	f.BoolVar(&o.Trust, "trust-sources", false, "build a case's own C without the sandbox")
	f.BoolVar(&o.Keep, "keep", false, "keep the work directory even when all passes")
}

// confirmFlag is of the commands whose FAILs are confirmed.
func confirmFlag(f *pflag.FlagSet, o *rig.Options) {
	f.UintVar(&o.Confirm, "confirm", 2, "how often a case that fails is run again on fresh guests; 0: not at all")
}

func (a *app) kernelCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "kernel",
		Short: "List, fetch and build kernels",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.kernelListCommand(), a.kernelFetchCommand(), a.kernelBuildCommand())
	return c
}

func (a *app) kernelListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the kernels that --kernel can name here",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			store, err := a.openCache()
			if err != nil {
				return err
			}
			list, err := images.List(c.Context(), store)
			return errors.Join(printListings(a.out, list), err)
		},
	}
}

func printListings(w io.Writer, list []images.Listing) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range list {
		cached := ""
		if l.Cached {
			cached = "cached"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", l.Spec, l.Release, l.Source, cached)
	}
	return t.Flush()
}

func (a *app) kernelFetchCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "fetch KERNEL",
		Short:   "Download a kernel and its headers into the cache, and say where they are",
		Example: "  klptest kernel fetch debian:6.1",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			store, err := a.openCache()
			if err != nil {
				return err
			}
			k, err := images.Resolve(c.Context(), store, args[0], images.Options{Notice: a.notice})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.out, "name     %s\nrelease  %s\nimage    %s\nkdir     %s\nmodules  %s\n",
				k.Name, k.Release, k.Image, k.KDir, strings.Join(k.Modules, ":"))
			return err
		},
	}
}

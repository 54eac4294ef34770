// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/lab"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/rig"
	"github.com/klptest/klptest/internal/settings"
	"github.com/klptest/klptest/kmods"
	"github.com/klptest/klptest/vm"
)

// defaultKernel is the kernel that is tested if none is named.
const defaultKernel = "debian:6.12"

// once is the value of a flag that can be given only once.
type once struct {
	to    *string
	given bool
}

func (o *once) String() string {
	if o.to == nil {
		return ""
	}
	return *o.to
}

func (o *once) Type() string { return "string" }

func (o *once) Set(text string) error {
	if o.given && text != *o.to { // shell completion sets a flag twice, to the same value
		return errors.New("it is given twice; name one kernel")
	}
	*o.to, o.given = text, true
	return nil
}

// machineOptions are the flags of a command that boots guests of one kernel.
type machineOptions struct {
	rig.Options
	kernel      string // in the notation of catalog.Resolve
	kernelGiven bool   // the user has named it
	kdir        string // the build directory of a kernel given as a file
	host        hostOptions
}

// kernelUsage is the help of --kernel.
const kernelUsage = "`kernel`: debian:SERIES, debian:VERSION, a source or build tree, a bzImage or vmlinux (with --kdir), host; $" + kernelVariable + " and " + settings.Name + " set another default"

func (a *app) machineFlags(f *pflag.FlagSet, o *machineOptions) {
	o.kernel = a.project.kernel()
	f.Var(&once{to: &o.kernel}, "kernel", kernelUsage)
	kdirFlags(f, o)
}

// kdirFlags adds the flags of machineFlags without --kernel.
func kdirFlags(f *pflag.FlagSet, o *machineOptions) {
	f.StringVar(&o.kdir, "kdir", "", "build `directory` or headers, for a kernel given as a file")
	guestFlags(f, &o.Options)
}

// guestFlags adds the flags of every command that boots guests.
func guestFlags(f *pflag.FlagSet, o *rig.Options) {
	f.StringArrayVar(&o.KernelArgs, "kernel-args", nil, "additional kernel command line `argument`; may be repeated")
	f.StringVar(&o.QEMU, "qemu", "", "QEMU `binary` (default "+arch.Default().QEMU.Program+" on the PATH)")
	f.StringVar((*string)(&o.Accel), "accel", string(vm.Auto), "acceleration: auto, kvm or tcg")
	f.BoolVar(&o.HostTime, "host-time", false, "run guests in the host's time; without it, an emulated guest skips its idle time")
	f.Var(flags.Mebibytes(&o.Memory), "memory", "memory of a guest in `MiB`, or with M or G, for cases that do not set it (default 512; 640 with KASAN)")
	f.Var(flags.Number(&o.CPUs, 1, 1, flags.AnyNumber), "cpus", "CPUs of a guest, for cases that do not set it")
	f.BoolVar(&o.Trust, "trust-sources", false, "build a case's own C without the sandbox")
	f.BoolVar(&o.Keep, "keep", false, "keep the work directory even when all cases pass")
}

// confirmFlag adds --confirm, for commands that confirm FAILs.
func confirmFlag(f *pflag.FlagSet, o *rig.Options) {
	f.UintVar(&o.Confirm, "confirm", 2, "how often a failing case is run again on fresh guests; 0: never")
}

// newRig makes a rig for the kernel or the machine that the flags name.
func (a *app) newRig(ctx context.Context, o machineOptions) (*rig.Rig, error) {
	if o.host.given() {
		return a.onMachine(ctx, o)
	}
	k, store, err := a.resolve(ctx, o)
	if err != nil {
		return nil, err
	}
	a.tellLacking(k, o.kernel)
	o.Notice = a.notice
	return rig.New(ctx, store, k, o.Options)
}

func (a *app) tellLacking(k *images.Kernel, spec string) {
	if lacks := lacking(k); lacks != "" {
		a.notice(lacks + "; klptest doctor --kernel " + spec + " says what for")
	}
}

// lacking says which options a kernel needs but lacks, and names the first: some cases may
// pass anyway. It returns "" if the options are unknown.
func lacking(k *images.Kernel) string {
	if len(k.Config) == 0 {
		return ""
	}
	missing := kconfig.Required(k.Config)
	switch len(missing) {
	case 0:
		return ""
	case 1:
		return "the kernel was built without " + missing[0].Option
	}
	return fmt.Sprintf("the kernel was built without %s and %s", missing[0].Option, printable.Count(len(missing)-1, "other option", "other options"))
}

// resolve finds the kernel. First it refuses options with which no guest can start.
func (a *app) resolve(ctx context.Context, o machineOptions) (*images.Kernel, *cache.Cache, error) {
	if err := o.Precheck(); err != nil {
		return nil, nil, err
	}
	store, err := a.openCache(ctx)
	if err == nil {
		err = kmods.CheckPath("cache", store.Root()) // before anything is downloaded
	}
	if err != nil {
		return nil, nil, err
	}
	k, err := a.find(ctx, store, o)
	return k, store, err
}

// find finds the kernel that guests boot.
func (a *app) find(ctx context.Context, store *cache.Cache, o machineOptions) (*images.Kernel, error) {
	return catalog.Resolve(ctx, store, o.kernel, images.Options{KDir: o.kdir, ForImage: o.host.image != "", Notice: a.notice})
}

// runner returns a runner of cases for a command with its own kind of report.
func (a *app) runner(store *cache.Cache, o rig.Options) lab.Runner {
	o.Notice = a.notice
	return lab.Runner{Cache: store, Options: o}
}

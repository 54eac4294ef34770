// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/kselftests"
	"github.com/klptest/klptest/internal/rig"
)

// selftestPlace is where selftests run.
type selftestPlace struct {
	kernel *images.Kernel
	store  *cache.Cache
	open   func(context.Context, machineOptions) (*rig.Rig, error)
}

// selftestPlace finds the kernel, and the programs for its guest. An image has its own.
func (a *app) selftestPlace(ctx context.Context, o machineOptions) (p selftestPlace, err error) {
	if o.host.image != "" {
		return a.selftestImage(ctx, o)
	}
	world, err := scriptPrograms()
	if err != nil {
		return p, err
	}
	p.kernel, p.store, err = a.resolve(ctx, o)
	k, store := p.kernel, p.store
	p.open = func(ctx context.Context, o machineOptions) (*rig.Rig, error) {
		o.World, o.Notice = world, a.notice
		return rig.New(ctx, store, k, o.Options)
	}
	return p, err
}

// selftestImage opens a rig only to find its kernel: the scripts belong to the kernel, and
// a run is planned before its rig is opened.
func (a *app) selftestImage(ctx context.Context, o machineOptions) (p selftestPlace, err error) {
	if p.store, err = a.openCache(ctx); err != nil {
		return p, err
	}
	r, err := a.newRig(ctx, o)
	if err != nil {
		return p, err
	}
	p.kernel, p.open = r.Kernel(), a.newRig
	return p, r.Close()
}

// completeScripts offers the scripts in --src, or else those of Linux.
func completeScripts(o *selftestOptions) completion {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		names := kselftests.Known
		if o.source != "" {
			suite, err := kselftests.Read(o.source)
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			names = nil
			for _, name := range suite.Names() {
				names = append(names, strings.TrimSuffix(name, ".sh"))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

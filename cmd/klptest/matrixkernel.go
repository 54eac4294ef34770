// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"

	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/resume"
	"github.com/klptest/klptest/internal/rig"
)

// checkKernel returns [resume.ErrOtherKernel] if the kernel of a cell with all results is
// another one now. Only a kernel at a path is looked at: to ask for a distribution's newest
// kernel, and to fetch it, is not worth it when nothing is left to run.
func (a *app) checkKernel(ctx context.Context, c *cell, before report.Provenance) error {
	if before.KernelID == "" {
		return nil
	}
	o := c.o.machineOptions
	var err error
	if o.kernel, err = a.cellKernel(ctx, c); err != nil {
		return err
	}
	k, _, err := a.resolve(ctx, o)
	if err != nil {
		return err
	}
	id, err := rig.KernelID(k)
	if err == nil && !resume.SameKernel(before, onKernel(report.Provenance{}, k, id)) {
		err = resume.ErrOtherKernel
	}
	return err
}

// cellKernel returns what --kernel would be for a cell. It builds a kernel with debugging
// options.
func (a *app) cellKernel(ctx context.Context, c *cell) (string, error) {
	if !c.Kernel.Debug {
		return c.Kernel.Spec, nil
	}
	return a.debugKernel(ctx, c.Kernel.Spec)
}

// debugKernel builds a source tree with debugging options, and returns the build tree.
func (a *app) debugKernel(ctx context.Context, source string) (string, error) {
	if info, err := os.Stat(source); err != nil || !info.IsDir() {
		return "", blame.Userf("debug is for a source tree; %s is none", source)
	}
	store, err := a.openCache(ctx)
	if err != nil {
		return "", err
	}
	progress, done := a.buildProgress()
	defer done()
	b := kbuild.Builder{Cache: store, Source: source, Progress: progress}
	b.Kind.Debug = true
	return b.Build(ctx)
}

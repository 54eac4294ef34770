// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bundle"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/rig"
	"github.com/klptest/klptest/vm"
)

// bundler writes a bundle for every FAIL. A nil bundler writes none.
type bundler struct {
	dir     string
	prefix  string          // of the bundles' names
	written map[string]bool // names of this run's bundles
	failed  map[string]bool // cases that have a bundle, on the present kernel
	notice  func(string)

	compiler string // of the present kernel's modules
	run      bundle.Run
}

func newBundler(o runOptions, notice func(string)) *bundler {
	dir := "."
	if o.out != "" {
		dir = filepath.Join(o.out, "failed") // the next run removes old bundles from it
	}
	return &bundler{dir: dir, written: map[string]bool{}, notice: notice, run: bundledRun(o)}
}

// bundledRun returns the flags of the run that a bundle records.
func bundledRun(o runOptions) bundle.Run {
	r := bundle.Run{KernelArgs: o.KernelArgs, Memory: o.Memory, Ignore: o.ignore, Shuffle: o.shuffle}
	if o.CPUs > 1 {
		r.CPUs = o.CPUs
	}
	r.HostTime = o.HostTime
	if o.Accel != vm.Auto {
		r.Accel = string(o.Accel)
	}
	switch o.guests() {
	case rig.Booted:
		r.Guests = "booted"
	case rig.Shared:
		r.Guests = "shared"
	}
	return r
}

// on prepares the bundler for the results of a kernel.
func (b *bundler) on(ctx context.Context, r *rig.Rig) {
	if b != nil {
		b.compiler, b.failed = r.Compiler(ctx), map[string]bool{}
	}
}

// add writes a bundle if the outcome is a FAIL of a case; selftests have no bundles.
// A repeated case has one bundle, for its first FAIL.
func (b *bundler) add(p report.Provenance, c *casefile.Case, o report.Outcome) error {
	if b == nil || c == nil || o.Verdict != judge.Fail || b.failed[c.File] {
		return nil
	}
	b.failed[c.File] = true
	console, err := endOf(o.Log)
	if err != nil {
		return err
	}
	f := bundle.Failure{Manifest: bundle.Manifest{Compiler: b.compiler, Run: b.run}, Run: p, Case: c, Outcome: o, Console: console}
	path := filepath.Join(b.dir, b.name(c.Name))
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return blame.Unwritable(b.dir, err)
	}
	if err := replaceFile(path, func(w io.Writer) error { return bundle.Write(w, f) }); err != nil {
		return blame.Unwritable(path, err)
	}
	b.notice("bundle: " + path)
	return nil
}

// name returns an unused name for a case's bundle. A case that fails on several
// kernels has several bundles.
func (b *bundler) name(of string) string {
	base := b.prefix + strings.TrimLeft(strings.ReplaceAll(of, string(filepath.Separator), "_"), ".-")
	for n := 1; ; n++ {
		name := base + bundle.Ending
		if n > 1 {
			name = fmt.Sprintf("%s-%d%s", base, n, bundle.Ending)
		}
		if !b.written[name] {
			b.written[name] = true
			return name
		}
	}
}

// maxConsole exceeds what a bundle keeps of a console.
const maxConsole = 16 << 20

// endOf returns the end of a guest's console; nothing if no console was kept.
func endOf(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > maxConsole {
		if _, err := f.Seek(-maxConsole, io.SeekEnd); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(io.LimitReader(f, maxConsole))
}

// replaceFile replaces a file atomically: on an error, the old file stays.
func replaceFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".klptest-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// readBundle reads a bundle, which may come from a stranger.
func readBundle(path string) (*bundle.Bundle, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, blame.Unreadable(path, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, blame.Unreadable(path, errors.Join(errors.New("not a regular file"), err))
	}
	b, err := bundle.Read(f)
	if err != nil {
		var detail *blame.Error
		advice := ""
		if errors.As(err, &detail) {
			advice = detail.Advice
		}
		return nil, &blame.Error{Party: blame.User, Summary: path, Advice: advice, Err: err}
	}
	return b, nil
}

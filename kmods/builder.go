// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/modinfo"
	"github.com/klptest/klptest/internal/supervise"
)

// buildLimit is for a slow machine under load. A compiler that does not end is stopped by
// boxLimits, which limits processor time.
const buildLimit = 10 * time.Minute

// Module is a built module.
type Module struct {
	Name string // as in /sys/module
	Path string // of the .ko
	Info modinfo.Info
}

// Builder builds modules. Its Cache must be set.
type Builder struct {
	Cache  *cache.Cache
	Trust  bool         // build a stranger's C without a sandbox
	Notice func(string) // gets a line about each long step; may be nil

	mu    sync.Mutex      // guards trees
	trees map[string]tree // by directory

	// For tests:
	make  string        // instead of the one in $PATH
	cc    string        // instead of the one that built the kernel
	limit time.Duration // instead of buildLimit
	abi   func() int    // instead of supervise.LandlockABI
	fit   func(m Module, compiler string) error
}

// Shipped returns the modules that klptest ships, by name. They are built once for a
// packaged kernel, and for a build tree again whenever an input changes.
func (b *Builder) Shipped(ctx context.Context, t Target) (map[string]Module, error) {
	with, err := b.tools(ctx, t)
	if err != nil {
		return nil, err
	}
	plan := build{target: t, tools: with, files: shipped(), limit: cmp.Or(b.limit, buildLimit)}
	dir, err := b.result(ctx, plan)
	if err != nil {
		return nil, err
	}
	all, err := load(dir, plan)
	if err != nil {
		return nil, err
	}
	return all, b.checkAll(all, with.version)
}

// Foreign returns the modules of a case's own C files: each NAME.c is a module NAME,
// which may include the .h files, klp_opaque.h and klp_rela.h. Errors in the files,
// including their names and number, are the user's.
func (b *Builder) Foreign(ctx context.Context, t Target, files []Source) (map[string]Module, error) {
	if err := checkSources(files); err != nil {
		return nil, err
	}
	if err := b.checkSandbox(); err != nil && t.Place == nil {
		return nil, err
	}
	with, err := b.tools(ctx, t)
	if err != nil {
		return nil, err
	}
	plan := build{target: t, tools: with, files: withHeaders(files), foreign: true, boxed: !b.Trust && t.Place == nil, limit: cmp.Or(b.limit, buildLimit)}
	dir, err := b.result(ctx, plan)
	if err != nil {
		return nil, err
	}
	return load(dir, plan)
}

func (b *Builder) checkSandbox() error {
	abi := supervise.LandlockABI
	if b.abi != nil {
		abi = b.abi
	}
	if b.Trust || abi() >= 1 {
		return nil
	}
	return &blame.Error{
		Party:   blame.User,
		Summary: "the case has C files, and this host has no Landlock to confine their compiler",
		Advice:  "read the C files; if you trust them, add --trust-sources",
	}
}

func (b *Builder) notice(line string) {
	if b.Notice != nil {
		b.Notice(line)
	}
}

// result returns a directory of the cache with the plan's modules. The directory never
// changes.
func (b *Builder) result(ctx context.Context, plan build) (string, error) {
	if plan.target.Live {
		return b.live(ctx, plan)
	}
	return b.Cache.Entry(ctx, "kmods", plan.key(), func(ctx context.Context, to string) error {
		return b.fresh(ctx, plan, func(from string) error { return plan.collect(ctx, from, to) })
	})
}

// sandboxed is held while a build runs in its sandbox; see boxJobs.
var sandboxed sync.Mutex

// fresh builds in a new directory, passes it to use, and removes it.
func (b *Builder) fresh(ctx context.Context, plan build, use func(dir string) error) error {
	dir, release, err := b.Cache.Temp("kmods")
	if err != nil {
		return err
	}
	defer release()
	what := "a module"
	if n := len(modules(plan.files)); n > 1 {
		what = fmt.Sprint(n, " modules")
	}
	if mend := plan.target.Mend; mend != nil {
		if err := mend(ctx); err != nil {
			return err
		}
	}
	if plan.boxed {
		sandboxed.Lock()
		defer sandboxed.Unlock()
	}
	b.notice(fmt.Sprintf("building %s for %s", what, plan.target.Release))
	if err := plan.in(ctx, dir); err != nil {
		return b.keepLog(plan, dir, err)
	}
	return use(dir)
}

// keepLog keeps the directory if klptest's own modules do not build. For a case's
// modules, a test keeps the log (Failure).
func (b *Builder) keepLog(plan build, dir string, err error) error {
	e, ok := errors.AsType[*blame.Error](err)
	if plan.foreign || !ok || b.Cache.Keep(dir, false) != nil {
		return err
	}
	e.Path = filepath.Join(dir, logName)
	return err
}

// publish makes a cache entry for modules whose inputs have no key. The entry is named
// after its contents.
func (b *Builder) publish(ctx context.Context, plan build, from string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, recipe)
	for _, name := range modules(plan.files) {
		data, err := product(from, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %x\n", name, sha256.Sum256(data))
	}
	if s, err := signerOf(plan.target); err == nil {
		fmt.Fprint(h, s.name())
	}
	key := "live-" + hex.EncodeToString(h.Sum(nil)[:16])
	return b.Cache.Entry(ctx, "kmods", key, func(ctx context.Context, to string) error {
		return plan.collect(ctx, from, to)
	})
}

// load reads the modules in dir, and refuses those that the kernel would
// refuse.
func load(dir string, plan build) (map[string]Module, error) {
	all := map[string]Module{}
	for _, name := range modules(plan.files) {
		m, err := readModule(name, filepath.Join(dir, name+".ko"))
		if err == nil {
			err = check(m, plan.target.Release)
		}
		if err != nil {
			return nil, err
		}
		all[name] = m
	}
	return all, nil
}

func readModule(name, path string) (Module, error) {
	f, err := os.Open(path)
	if err != nil {
		return Module{}, err
	}
	defer f.Close()
	info, err := modinfo.Read(f)
	if err != nil {
		return Module{}, fmt.Errorf("%s: %w", path, err)
	}
	return Module{name, path, info}, nil
}

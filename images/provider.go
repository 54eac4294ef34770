// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/printable"
)

// Provider obtains the kernels of one kind, such as a distribution's. Package
// catalog has the list of them.
type Provider struct {
	Notations []Notation // what Match accepts, for people
	TakesKDir bool       // Options.KDir can go with its kernels

	// Match reports whether spec names a kernel of this provider. It returns an
	// error of BadNotation when spec is meant for this provider but is malformed.
	Match func(spec string) (bool, error)

	// Resolve obtains the kernel that spec names; Match is true for spec. The
	// caller sets Kernel.Spec.
	Resolve func(ctx context.Context, c *cache.Cache, spec string, o Options) (*Kernel, error)

	// Source obtains a part of the source of a kernel; see [Providers.Source]. If
	// dir is empty, it is not available. Source is nil for kernels whose source
	// never is.
	Source func(ctx context.Context, c *cache.Cache, k *Kernel, part string, o Options) (dir string, err error)

	// List names the kernels that are available now. It returns the known ones
	// even with an error. List is nil where there is nothing to list.
	List func(ctx context.Context, c *cache.Cache) ([]Listing, error)
}

// Options say how a kernel is obtained.
type Options struct {
	KDir     string       // headers or build tree of a kernel that is given as a file
	ForImage bool         // a source is built as a kernel that boots a disk image
	Notice   func(string) // told of slow steps, one line each; may be nil
}

// Tell calls Notice, which may be nil.
func (o Options) Tell(line string) {
	if o.Notice != nil {
		o.Notice(line)
	}
}

// Listing is one kernel that can be named.
type Listing struct {
	Spec    string // what to give as the kernel
	Release string // uname -r
	Source  string // the suite; "cache" when only the cache has it, "running" for the host
	Cached  bool
	Tried   bool // all shipped cases were run on it with this klptest
}

// Providers are asked in order; the first one that matches resolves.
type Providers []Provider

// Resolve obtains the kernel that spec names. A kernel that is known to be built
// without CONFIG_LIVEPATCH is a user error. kconfig.Required checks the other
// options.
func (ps Providers) Resolve(ctx context.Context, c *cache.Cache, spec string, o Options) (*Kernel, error) {
	k, err := ps.resolve(ctx, c, spec, o)
	return k, ps.advise(spec, err)
}

// Again obtains a packaged kernel once more: by its name, or as the user wrote it if
// the name is not a notation.
func (ps Providers) Again(ctx context.Context, c *cache.Cache, k *Kernel, o Options) error {
	spec := k.Name
	if _, err := ps.match(spec); err != nil {
		spec = k.Spec
	}
	_, err := ps.Resolve(ctx, c, spec, o)
	return err
}

func (ps Providers) resolve(ctx context.Context, c *cache.Cache, spec string, o Options) (*Kernel, error) {
	p, err := ps.match(spec)
	if err != nil {
		return nil, err
	}
	if arch.Host() == nil {
		name := arch.Default().Name
		return nil, blame.AdviseRigf("use an "+name+" host", "only %s kernels can be tested, and only on such a host", name)
	}
	if o.KDir != "" && !p.TakesKDir {
		return nil, StrayKDir(spec)
	}
	k, err := p.Resolve(ctx, c, spec, o)
	if err != nil {
		return nil, err
	}
	k.Spec = spec
	return k, refuseWithoutLivepatch(k)
}

func (ps Providers) match(spec string) (Provider, error) {
	switch {
	case spec == "":
		return Provider{}, BadNotation("no kernel is named")
	case !printable.Clean(spec):
		return Provider{}, BadNotation("not a kernel: %q", spec)
	}
	for _, p := range ps {
		if ok, err := p.Match(spec); ok || err != nil {
			return p, err
		}
	}
	return Provider{}, BadNotation("not a kernel: %q", spec)
}

// List names the kernels that are available now, provider by provider. It returns the
// known ones even with an error.
func (ps Providers) List(ctx context.Context, c *cache.Cache) ([]Listing, error) {
	var all []Listing
	var errs []error
	for _, p := range ps {
		if p.List == nil {
			continue
		}
		list, err := p.List(ctx, c)
		all, errs = append(all, list...), append(errs, err)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return all, blame.Join(errs...)
}

// StrayKDir returns the error about Options.KDir for a kernel that has its own
// headers.
func StrayKDir(spec string) error {
	return blame.AdviseUserf("leave --kdir out", "%s has its own headers: --kdir is only for a kernel given as a file", spec)
}

func refuseWithoutLivepatch(k *Kernel) error {
	if k.Config == nil || k.Config["LIVEPATCH"] == "y" {
		return nil
	}
	return blame.AdviseUserf("set CONFIG_LIVEPATCH=y (it needs CONFIG_MODULES, CONFIG_SYSFS, CONFIG_KALLSYMS_ALL and CONFIG_FUNCTION_TRACER) and build it again",
		"the kernel %s is built without CONFIG_LIVEPATCH", k.Name)
}

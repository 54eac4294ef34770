// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// parts are the packages of one kernel.
type parts struct {
	offer
	kbuild pkg
}

// fetch downloads and unpacks a kernel into its cache entry.
func fetch(ctx context.Context, c *cache.Cache, of offer, kbuild pkg, o Options) (*Kernel, error) {
	p := parts{of, kbuild}
	_, err := c.Entry(ctx, kernels, of.key(), func(ctx context.Context, dir string) error {
		scratch, release, err := c.Temp("download")
		if err != nil {
			return err
		}
		defer release()
		return p.fill(ctx, dir, scratch, o)
	})
	if err != nil {
		return nil, err
	}
	if k := load(c, of.key()); k != nil {
		return k, nil
	}
	dir := filepath.Join(c.Root(), kernels, of.key())
	return nil, &blame.Error{Summary: "the unpacked kernel in " + dir + " cannot be read", Advice: "rm -r '" + dir + "' (it will be fetched again)"}
}

// fill makes the entry: the image, by far the largest, is unpacked while the
// rest comes in.
func (p parts) fill(ctx context.Context, dir, scratch string, o Options) error {
	pkgs := []pkg{{Name: p.Image, Version: p.Version}, {Name: p.common(), Version: p.Version}, {Name: p.headers(), Version: p.Version}, p.kbuild}
	files, err := aptArchives(ctx, pkgs)
	if err != nil {
		return err
	}
	for i, f := range files {
		o.notice("downloading " + pkgs[i].Name + " " + megabytes(f.Size))
	}
	if err := aptDownload(ctx, scratch, pkgs[:1], files[:1]); err != nil {
		return err
	}
	o.notice("unpacking " + p.Release)
	loose := filepath.Join(scratch, "image")
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return unpack(gctx, filepath.Join(scratch, files[0].File), loose, fromImage(p.Release)) })
	g.Go(func() error { return fetchHeaders(gctx, dir, scratch, pkgs[1:], files[1:]) })
	if err := g.Wait(); err != nil {
		return err
	}
	return p.finish(ctx, dir, loose, o)
}

func fetchHeaders(ctx context.Context, dir, scratch string, pkgs []pkg, files []archive) error {
	if err := aptDownload(ctx, scratch, pkgs, files); err != nil {
		return err
	}
	for _, f := range files {
		if err := unpack(ctx, filepath.Join(scratch, f.File), dir, fromHeaders); err != nil {
			return err
		}
	}
	return nil
}

func (p parts) finish(ctx context.Context, dir, loose string, o Options) error {
	m := manifest{Release: p.Release, Version: p.Version, Image: p.Image, KDir: "usr/src/" + p.headers(),
		Headers: []string{"usr/src/" + p.common(), "usr/lib/" + p.kbuild.Name}}
	for _, name := range []string{"bzImage", "config"} {
		if err := os.Rename(filepath.Join(loose, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := relocate(filepath.Join(dir, m.KDir)); err != nil {
		return err
	}
	config, err := readConfig(filepath.Join(dir, "config"))
	if err != nil {
		return err
	}
	found, err := unpackModules(os.DirFS(filepath.Join(loose, "kernel")), config, filepath.Join(dir, "modules"))
	if err != nil {
		return err
	}
	for _, name := range found {
		m.Modules = append(m.Modules, "modules/"+name)
	}
	m.Boot, err = extract(ctx, dir, o)
	if err != nil {
		return err
	}
	return m.write(dir)
}

// extract makes the vmlinux beside the bzImage and returns which to boot.
func extract(ctx context.Context, dir string, o Options) (string, error) {
	err := writeVmlinux(ctx, filepath.Join(dir, "bzImage"), filepath.Join(dir, "vmlinux"))
	switch {
	case err == nil:
		return "vmlinux", nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	}
	o.notice("booting the bzImage, which is slower: " + err.Error())
	return "bzImage", nil
}

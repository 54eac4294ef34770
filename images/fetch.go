// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/klptest/klptest/images/dotconfig"
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

// finish makes an entry of what was unpacked to it and, from the image, loose.
func (p parts) finish(ctx context.Context, dir, loose string, o Options) error {
	kdir := "usr/src/" + p.headers()
	if err := relocate(filepath.Join(dir, kdir)); err != nil {
		return err
	}
	for _, name := range []string{"bzImage", "config"} {
		if err := os.Rename(filepath.Join(loose, name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := cache.Seal(filepath.Join(dir, builtAgainst)); err != nil {
		return err
	}
	modules, err := addModules(dir, os.DirFS(filepath.Join(loose, "kernel")))
	if err != nil {
		return err
	}
	boot, err := addVmlinux(ctx, dir, o)
	if err != nil {
		return err
	}
	return manifest{Release: p.Release, Version: p.Version, Image: p.Image, Boot: boot, KDir: kdir,
		Headers: []string{"usr/src/" + p.common(), "usr/lib/" + p.kbuild.Name}, Modules: modules}.write(dir)
}

// addModules puts the guest's modules of the entry's config into it.
func addModules(dir string, tree fs.FS) ([]string, error) {
	config, err := dotconfig.Read(filepath.Join(dir, "config"))
	if err != nil {
		return nil, err
	}
	found, err := guestModules(tree, config)
	if err != nil {
		return nil, err
	}
	names, err := writeModules(found, filepath.Join(dir, "modules"))
	return within("modules", names), err
}

// addVmlinux puts the vmlinux beside the entry's bzImage, and returns which of
// the two to boot.
func addVmlinux(ctx context.Context, dir string, o Options) (string, error) {
	image, err := readImage(filepath.Join(dir, "bzImage"))
	if err != nil {
		return "", err
	}
	if err := writeVmlinux(ctx, image, filepath.Join(dir, "vmlinux")); err != nil {
		return "bzImage", o.bootsSlower(ctx, err)
	}
	return "vmlinux", nil
}

// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/packaged"
)

// parts are the packages of one kernel.
type parts struct {
	offer
	kbuild pkg
}

// fetch downloads and unpacks a kernel into its cache entry.
func fetch(ctx context.Context, s packaged.Store, of offer, kbuild pkg, o images.Options) (*images.Kernel, error) {
	p := parts{of, kbuild}
	return s.Make(ctx, of.key(s), func(ctx context.Context, dir, scratch string) error {
		return p.fill(ctx, dir, scratch, o)
	})
}

// fill makes the entry: the image, by far the largest, is unpacked while the
// rest comes in.
func (p parts) fill(ctx context.Context, dir, scratch string, o images.Options) error {
	pkgs := []pkg{{Name: p.Image, Version: p.Version}, {Name: p.common(), Version: p.Version}, {Name: p.headers(), Version: p.Version}, p.kbuild}
	files, err := aptArchives(ctx, pkgs)
	if err != nil {
		return err
	}
	for i, f := range files {
		o.Tell("downloading " + pkgs[i].Name + " " + megabytes(f.Size))
	}
	if err := aptDownload(ctx, scratch, pkgs[:1], files[:1]); err != nil {
		return err
	}
	o.Tell("unpacking " + p.Release)
	loose := filepath.Join(scratch, "image")
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return unpackDeb(gctx, filepath.Join(scratch, files[0].File), loose, packaged.Loose(p.Release))
	})
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
		if err := unpackDeb(ctx, filepath.Join(scratch, f.File), dir, fromHeaders); err != nil {
			return err
		}
	}
	return nil
}

// finish makes an entry of what was unpacked to it and, from the image, loose.
func (p parts) finish(ctx context.Context, dir, loose string, o images.Options) error {
	kdir := "usr/src/" + p.headers()
	if err := relocate(filepath.Join(dir, kdir)); err != nil {
		return err
	}
	return packaged.Complete(ctx, dir, loose, packaged.Manifest{Release: p.Release, Version: p.Version, Image: p.Image, KDir: kdir,
		Headers: []string{"usr/src/" + p.common(), "usr/lib/" + p.kbuild.Name}}, o)
}

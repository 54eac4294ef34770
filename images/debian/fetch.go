// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/toolchain"
)

// parts are the packages of one kernel.
type parts struct {
	offer
	image  []pkg // with its configuration and modules
	kbuild pkg
}

// parts finds the packages of a kernel; complete is false if some are missing.
func (a archive) parts(ctx context.Context, of offer, pkgs []pkg) (p parts, complete bool, err error) {
	wants, err := a.depends(ctx, of.headers(), of.Version)
	if err != nil {
		return parts{}, false, err
	}
	kbuild, ok := kbuildFor(wants, pkgs)
	if !ok {
		return parts{}, false, nil
	}
	image, err := a.depends(ctx, of.Image, of.Version)
	return parts{of, imageParts(of, image), kbuild}, true, err
}

func (a archive) fetch(ctx context.Context, s packaged.Store, p parts, o images.Options) (*images.Kernel, error) {
	return s.Make(ctx, p.key(s), func(ctx context.Context, dir, scratch string) error {
		return a.fill(ctx, p, place{dir, scratch}, o)
	})
}

// place is where a kernel's entry is made: its directory, and one for
// downloads.
type place struct{ dir, scratch string }

// fill makes the entry. The image, by far the largest part, is unpacked while
// the rest is downloaded.
func (a archive) fill(ctx context.Context, p parts, to place, o images.Options) error {
	headers := []pkg{{Name: p.common(), Version: p.Version}, {Name: p.headers(), Version: p.Version}, p.kbuild}
	files, err := a.files(ctx, slices.Concat(p.image, headers))
	if err != nil {
		return err
	}
	for i, pkg := range slices.Concat(p.image, headers) {
		o.Tell("downloading " + pkg.Name + " " + megabytes(files[i].Size))
	}
	n := len(p.image)
	if err := a.download(ctx, to.scratch, p.image, files[:n]); err != nil {
		return err
	}
	o.Tell("unpacking " + p.Release)
	loose := filepath.Join(to.scratch, "image")
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return unpackAll(gctx, to.scratch, files[:n], loose, packaged.Loose(p.Release)) })
	g.Go(func() error {
		if err := a.download(gctx, to.scratch, headers, files[n:]); err != nil {
			return err
		}
		return unpackAll(gctx, to.scratch, files[n:], to.dir, fromHeaders)
	})
	if err := g.Wait(); err != nil {
		return err
	}
	return a.finish(ctx, p, to.dir, loose, o)
}

func unpackAll(ctx context.Context, from string, files []file, dest string, want func(string) string) error {
	for _, f := range files {
		if err := unpackDeb(ctx, filepath.Join(from, f.Name), dest, want); err != nil {
			return err
		}
	}
	return nil
}

// finish completes an entry from the headers, unpacked in dir, and the image,
// unpacked in loose.
func (a archive) finish(ctx context.Context, p parts, dir, loose string, o images.Options) error {
	kdir, kbuild := "usr/src/"+p.headers(), "usr/lib/"+p.kbuild.Name
	if err := relocate(dir, kdir); err != nil {
		return err
	}
	compiler, err := packaged.Compiler(loose)
	if err != nil {
		return err
	}
	m := packaged.Manifest{Release: p.Release, Version: p.Version, Image: p.Image, Source: p.suite(), KDir: kdir,
		Headers: []string{"usr/src/" + p.common(), kbuild}}
	programs := filepath.Join(dir, kbuild)
	glibc := toolchain.NeededGlibc(programs)
	switch {
	case compiler == "": // there is no toolchain to fetch
	case p.equipped || !toolchain.HostFits(ctx, compiler, glibc):
		m.Toolchain = toolchainKey(a.release, compiler)
		if err := toolchain.Wrap(programs); err != nil {
			return err
		}
	default:
		m.Glibc = glibc
	}
	return packaged.Complete(ctx, dir, loose, m, o)
}

// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/images/unpack"
)

// fill makes the cache entry of the packages' kernel in dir.
func (s *set) fill(ctx context.Context, dir, scratch string, o images.Options) error {
	t, err := s.unpack(ctx, filepath.Join(scratch, "installed"), o)
	if err != nil {
		return err
	}
	defer t.root.Close()
	m, err := t.manifest()
	if err != nil {
		return err
	}
	loose := filepath.Join(scratch, "loose")
	if err := t.loosen(m, loose); err != nil {
		return err
	}
	if err := t.check(m, loose); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(t.root.Name(), "usr"), filepath.Join(dir, "usr")); err != nil {
		return err
	}
	return packaged.Complete(ctx, dir, loose, m, o)
}

// unpack writes the needed files of the packages below dir, as they would be
// installed.
func (s *set) unpack(ctx context.Context, dir string, o images.Options) (*tree, error) {
	var names []string
	for _, p := range s.pkgs {
		names = append(names, p.name)
	}
	o.Tell("unpacking " + strings.Join(names, ", "))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, p := range s.pkgs {
		g.Go(func() error { return p.unpack(gctx, root, place) })
	}
	err = g.Wait()
	if err == nil {
		err = explain(ctx, s.dir, unpack.StayInside(root))
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return &tree{set: s, root: root, files: root.FS()}, nil
}

// SPDX-License-Identifier: Apache-2.0

package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// Paths provides the kernels in the file system: build trees, sources, which it
// builds, and images.
func Paths() images.Provider {
	return images.Provider{
		Notations: []images.Notation{
			{Form: "DIR", Meaning: "a kernel's source tree, which is built, or a build tree"},
			{Form: "FILE", Meaning: "a bzImage or vmlinux, with --kdir DIR"},
		},
		TakesKDir: true,
		Match:     func(spec string) (bool, error) { return spec != host && !scheme.MatchString(spec), nil },
		Resolve:   resolvePath,
		Source:    sourceOf,
	}
}

// scheme matches the notations of other providers. A path with a colon must have
// a slash.
var scheme = regexp.MustCompile(`^[a-z0-9]+:[^/]*$`)

// resolvePath resolves a source, a build tree or an image.
func resolvePath(ctx context.Context, c *cache.Cache, path string, o images.Options) (*images.Kernel, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	c.Mark(path) // either may lie in a build in the cache
	c.Mark(o.KDir)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, images.BadNotation("no such kernel: %s", path)
	case err != nil:
		return nil, &blame.Error{Party: blame.User, Err: err}
	case info.IsDir() && o.KDir != "":
		return nil, images.StrayKDir(path)
	case !info.IsDir():
		return resolveFile(ctx, c, path, o)
	}
	if b, ok := kbuild.Find(c, path); ok {
		return buildSource(ctx, b, o)
	}
	return resolveTree(path, o)
}

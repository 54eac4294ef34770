// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// made returns a distribution with one kernel, named made:1 or by the file of
// its package.
func made(t *testing.T) images.Provider {
	shelf := func(c *cache.Cache) packaged.Store { return packaged.Store{Cache: c, Scheme: "made"} }
	return images.Provider{
		Notations: []images.Notation{{Form: "made:1", Meaning: "the one there is"}},
		Match:     func(spec string) (bool, error) { return spec == "made:1" || strings.HasSuffix(spec, ".made"), nil },
		Resolve: func(ctx context.Context, c *cache.Cache, _ string, o images.Options) (*images.Kernel, error) {
			s := shelf(c)
			return s.Make(ctx, s.Key("1"), func(ctx context.Context, dir, scratch string) error {
				filetest.Put(t, filepath.Join(dir, "usr/src/made/Makefile"), "all:\n")
				filetest.Put(t, filepath.Join(scratch, "config"), "CONFIG_LIVEPATCH=y\n")
				filetest.Put(t, filepath.Join(scratch, "bzImage"), imagestest.BzImage(imagestest.Gzipped(imagestest.PVHKernel()), imagestest.Release))
				return packaged.Complete(ctx, dir, scratch, packaged.Manifest{Release: imagestest.Release, Version: "1", KDir: "usr/src/made"}, o)
			})
		},
		List: func(_ context.Context, c *cache.Cache) ([]images.Listing, error) {
			keys, err := shelf(c).Keys()
			return []images.Listing{{Spec: "made:1", Source: "made", Cached: len(keys) == 1}}, err
		},
	}
}

// A second distribution needs a provider and a line in the table, and does not
// affect the first one.
func TestAnotherDistribution(t *testing.T) {
	defer func(old images.Providers) { providers = old }(providers)
	providers = slices.Insert(slices.Clone(providers), 1, made(t))
	debiantest.Apt(t)
	c := cachetest.New(t)
	k, err := Resolve(t.Context(), c, "./kernel.made", images.Options{})
	if err != nil || k.Name != "made:1" || k.Live() {
		t.Fatalf("%+v, %v", k, err)
	}
	filetest.Put(t, filepath.Join(k.KDir, "Makefile"), "damaged")
	err = Mend(t.Context(), c, k, images.Options{})
	if text, _ := os.ReadFile(filepath.Join(k.KDir, "Makefile")); err != nil || string(text) != "all:\n" {
		t.Errorf("%v, and the Makefile is %q", err, text)
	}
	if again, err := Resolve(t.Context(), c, "made:1", images.Options{}); err != nil || again.Key != k.Key {
		t.Errorf("%+v, %v", again, err)
	}
	if d, err := Resolve(t.Context(), c, "debian:6.12", images.Options{}); err != nil || d.Name != "debian:6.12.7-1" {
		t.Errorf("%+v, %v", d, err)
	}
	list, err := List(t.Context(), c)
	var specs []string
	for _, l := range list {
		if l.Spec != "host" {
			specs = append(specs, l.Spec+" "+l.Source)
		}
	}
	if want := []string{"debian:6.12.7-1 trixie", "made:1 made"}; !slices.Equal(specs, want) || err != nil {
		t.Errorf("%q, %v", specs, err)
	}
	_, err = Resolve(t.Context(), c, "nobody:1", images.Options{})
	imagestest.WantUserError(t, err, "  made:1                       the one there is\n")
}

// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

func TestResolveDebian(t *testing.T) {
	debiantest.Apt(t)
	c := cachetest.New(t)
	var notices []string
	k, err := provided.Resolve(t.Context(), c, "debian:6.12", images.Options{Notice: func(s string) { notices = append(notices, s) }})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(c.Root(), "kernels", "debian-6.12.7+deb13-amd64_6.12.7-1"+packaged.Layout)
	want := &images.Kernel{
		Spec: "debian:6.12", Name: "debian:6.12.7-1", Release: debiantest.Release, Key: filepath.Base(dir),
		Image: dir + "/vmlinux", BzImage: dir + "/bzImage", KDir: dir + "/usr/src/linux-headers-" + debiantest.Release,
		Headers: []string{dir + "/usr/src/" + debiantest.Common, dir + "/usr/lib/" + debiantest.Kbuild},
		Config:  map[string]string{"LIVEPATCH": "y", "VIRTIO_CONSOLE": "m", "VIRTIO_PCI": "y"},
		Modules: []string{dir + "/modules/00-virtio_hub.ko", dir + "/modules/01-virtio_console.ko"},
	}
	if diff := cmp.Diff(want, k); diff != "" {
		t.Error(diff)
	}
	if all := strings.Join(notices, "\n"); !strings.Contains(all, "\ndownloading linux-image-6.12.7+deb13-amd64 1 MB\n") {
		t.Errorf("notices: %s", all)
	}
	for _, path := range append(append(k.Headers, k.Modules...), k.Image, k.BzImage, k.KDir+"/scripts/Makefile.build") {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

func TestCachedKernelIsNotFetchedAgain(t *testing.T) {
	pool := debiantest.Apt(t)
	c := cachetest.New(t)
	first, err := provided.Resolve(t.Context(), c, "debian:6.12", images.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(pool, "uris")); err != nil {
		t.Fatal(err)
	}
	dir, old := filepath.Join(c.Root(), kernels, first.Key), time.Now().Add(-time.Hour)
	if err := os.Chtimes(dir, old, old); err != nil {
		t.Fatal(err)
	}
	again, err := provided.Resolve(t.Context(), c, "debian:6.12", images.Options{})
	if info, err := os.Stat(dir); err != nil || !info.ModTime().After(old) {
		t.Errorf("the cache does not know that it is in use: %v", err)
	}
	if diff := cmp.Diff(first, again); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	imagestest.Path(t, nil) // an exact version needs no apt
	for _, exact := range []string{"debian:6.12.7-1", "debian:6.12.7+deb13"} {
		k, err := provided.Resolve(t.Context(), c, exact, images.Options{})
		if err != nil || k.Key != first.Key {
			t.Errorf("%s: %v, %v", exact, k, err)
		}
	}
}

func TestWithoutAptASeriesComesFromTheCache(t *testing.T) {
	for name, c := range map[string]struct {
		trouble func(pool string)
		want    string
	}{
		"no apt": {func(string) { imagestest.Path(t, nil) }, "there is no apt here"},
		"not offered": {func(pool string) {
			filetest.Put(t, pool+"/show", "Depends: x\n")
			filetest.Put(t, pool+"/madison", debiantest.Madison("linux-image-6.1.0-1-amd64 6.1.2-1"))
		}, "Debian has no complete kernel"},
	} {
		t.Run(name, func(t *testing.T) {
			pool, kept := debiantest.Apt(t), cachetest.New(t)
			first, err := provided.Resolve(t.Context(), kept, "debian:6.12", images.Options{})
			if err != nil {
				t.Fatal(err)
			}
			c.trouble(pool)
			forget(t, kept)
			var said []string
			again, err := provided.Resolve(t.Context(), kept, "debian:6.12", images.Options{Notice: func(s string) { said = append(said, s) }})
			if diff := cmp.Diff(first, again); diff != "" || err != nil {
				t.Errorf("%v %s", err, diff)
			}
			last := said[len(said)-1]
			if !strings.HasPrefix(last, "using debian:6.12.7-1 from the cache: ") || !strings.Contains(last, c.want) {
				t.Errorf("says %q", said)
			}
			_, err = provided.Resolve(t.Context(), kept, "debian:6.1", images.Options{})
			imagestest.WantRigError(t, err, c.want)
		})
	}
}

func TestCancelledQuestionIsNotAnsweredFromTheCache(t *testing.T) {
	debiantest.Apt(t)
	kept := cachetest.New(t)
	if _, err := provided.Resolve(t.Context(), kept, "debian:6.12", images.Options{}); err != nil {
		t.Fatal(err)
	}
	forget(t, kept)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if k, err := provided.Resolve(ctx, kept, "debian:6.12", images.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", k, err)
	}
}

func TestNewestCached(t *testing.T) {
	s := shelf(cachetest.New(t))
	for _, version := range []string{"6.12.9-1", "6.12.30-1", "6.12.10-1", "6.1.31-1"} {
		m := packaged.Manifest{Release: strings.TrimSuffix(version, "-1") + "-amd64", Version: version, Image: "linux-image"}
		_, err := s.Make(t.Context(), offered(m).key(s), func(_ context.Context, dir, _ string) error {
			filetest.Put(t, filepath.Join(dir, "config"), "")
			text, err := json.Marshal(m)
			filetest.Put(t, filepath.Join(dir, "kernel.json"), string(text))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if k := newestCached(s, wanted{version: "6.12"}, asItIs); k == nil || k.Name != "debian:6.12.30-1" {
		t.Errorf("%+v", k)
	}
	if k := newestCached(s, wanted{version: "6.13"}, asItIs); k != nil {
		t.Errorf("%+v", k)
	}
}

func TestResolveDebianFails(t *testing.T) {
	for name, c := range map[string]struct {
		spec    string
		trouble func(t *testing.T, pool string)
		want    string
	}{
		"series missing": {"debian:6.1", nil, "Debian has no complete kernel 6.1 "},
		"exact missing":  {"debian:6.12.8-1", nil, "Debian has no complete kernel 6.12.8-1"},
		"suite missing":  {"debian:trixie-backports", nil, "Debian has no complete kernel trixie-backports"},
		"no kbuild": {"debian:6.12", func(t *testing.T, pool string) {
			filetest.Put(t, filepath.Join(pool, "show"), "Depends: linux-kbuild-6.12.7+deb13 (>= 6.12.8-1)\n")
		}, "image, headers and kbuild"},
		"another distribution": {"debian:6.12", func(t *testing.T, pool string) {
			filetest.Put(t, filepath.Join(pool, "pkgnames"), "linux-image-6.8.0-31-generic\n")
		}, "Debian has no complete kernel 6.12 "},
		"no apt": {"debian:6.12", func(t *testing.T, _ string) { imagestest.Path(t, nil) }, "there is no apt here"},
	} {
		t.Run(name, func(t *testing.T) {
			pool, kept := debiantest.Apt(t), cachetest.New(t)
			if c.trouble != nil {
				c.trouble(t, pool)
			}
			_, err := provided.Resolve(t.Context(), kept, c.spec, images.Options{})
			if name == "exact missing" { // only a missing exact version is the user's mistake
				imagestest.WantUserError(t, err, c.want)
			} else {
				imagestest.WantRigError(t, err, c.want)
			}
			wantClean(t, kept)
		})
	}
}

// An entry of another klptest is not used, even if it is remembered as the
// newest: it may lack what this one needs.
func TestOldLayoutIsNotUsed(t *testing.T) {
	debiantest.Apt(t)
	c := cachetest.New(t)
	k, err := provided.Resolve(t.Context(), c, "debian:6.12", images.Options{})
	if err != nil {
		t.Fatal(err)
	}
	old := strings.TrimSuffix(k.Key, packaged.Layout) + "_1"
	if err := os.Rename(filepath.Join(c.Root(), kernels, k.Key), filepath.Join(c.Root(), kernels, old)); err != nil {
		t.Fatal(err)
	}
	a, err := trixie(t, c, images.Options{})
	if err != nil {
		t.Fatal(err)
	}
	newestOf(c, any612).remember(a, old)
	if again, err := provided.Resolve(t.Context(), c, "debian:6.12", images.Options{}); err != nil || again.Key != k.Key {
		t.Errorf("%v, %v", again, err)
	}
}

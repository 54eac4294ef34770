// SPDX-License-Identifier: Apache-2.0

package packaged

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// fill unpacks a made-up distribution's kernel.
func fill(t *testing.T) func(ctx context.Context, dir, scratch string) error {
	return func(ctx context.Context, dir, scratch string) error {
		for name, text := range map[string]string{
			filepath.Join(scratch, "bzImage"):                                  imagestest.BzImage(imagestest.Gzipped(imagestest.PVHKernel()), imagestest.Release),
			filepath.Join(scratch, "config"):                                   "CONFIG_LIVEPATCH=y\nCONFIG_VIRTIO_CONSOLE=m\n",
			filepath.Join(scratch, "kernel/drivers/char/virtio_console.ko.xz"): imagestest.XZed(imagestest.Module("virtio_console", "")),
			filepath.Join(dir, "usr/src/kernels/x/Makefile"):                   "all:\n",
		} {
			filetest.Put(t, name, text)
		}
		return Complete(ctx, dir, scratch, Manifest{Release: imagestest.Release, Version: "1", KDir: "usr/src/kernels/x"}, images.Options{})
	}
}

func TestStoreOfAnyDistribution(t *testing.T) {
	s := Store{Cache: cachetest.New(t), Scheme: "made"}
	key := s.Key("one")
	k, err := s.Make(t.Context(), key, fill(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(s.Cache.Root(), kind, "made-one"+Layout)
	want := &images.Kernel{Name: "made:1", Release: imagestest.Release, Image: dir + "/vmlinux", BzImage: dir + "/bzImage",
		KDir: dir + "/usr/src/kernels/x", Config: map[string]string{"LIVEPATCH": "y", "VIRTIO_CONSOLE": "m"},
		Modules: []string{dir + "/modules/00-virtio_console.ko"}, Key: key}
	if diff := cmp.Diff(want, k); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(k, s.Load(key)); diff != "" {
		t.Error(diff)
	}
	for scheme, want := range map[string][]string{"made": {key}, "mad": {}, "other": {}} {
		keys, err := Store{s.Cache, scheme}.Keys()
		if diff := cmp.Diff(want, keys); diff != "" || err != nil {
			t.Errorf("%s: %v %s", scheme, err, diff)
		}
	}
}

func TestEntriesThatCannotBeUsed(t *testing.T) {
	s := Store{Cache: cachetest.New(t), Scheme: "made"}
	for name, c := range map[string]struct{ key, damaged string }{
		"another layout": {"made-one_1", ""},
		"no manifest":    {s.Key("two"), "kernel.json"},
		"no config":      {s.Key("three"), "config"},
	} {
		_, err := s.Cache.Entry(t.Context(), kind, c.key, func(ctx context.Context, dir string) error {
			if err := fill(t)(ctx, dir, t.TempDir()); err != nil || c.damaged == "" {
				return err
			}
			return os.Remove(filepath.Join(dir, c.damaged))
		})
		if k := s.Load(c.key); k != nil || err != nil {
			t.Errorf("%s: %+v, %v", name, k, err)
		}
	}
	if _, err := s.Make(t.Context(), s.Key("two"), fill(t)); err == nil {
		t.Error("an entry that cannot be used is made a kernel of")
	}
}

func TestCondemn(t *testing.T) {
	s := Store{Cache: cachetest.New(t), Scheme: "made"}
	k, err := s.Make(t.Context(), s.Key("one"), fill(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{false, true} {
		if damaged, err := Condemn(s.Cache, k); damaged != want || err != nil {
			t.Errorf("%t, %v, want %t", damaged, err, want)
		}
		filetest.Put(t, filepath.Join(k.KDir, "Makefile"), "damaged")
	}
	if s.Load(k.Key) != nil {
		t.Error("it is still there")
	}
	if damaged, err := Condemn(s.Cache, &images.Kernel{Name: "mine"}); damaged || err != nil {
		t.Errorf("a live kernel: %t, %v", damaged, err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// A kernel with damaged files is fetched again. Damaged headers are noticed
// when modules are about to be built. If the fetch fails, that is a rig error.
func TestDamagedKernelIsFetchedAgain(t *testing.T) {
	for _, file := range []string{"vmlinux", "bzImage", "config", "kernel.json", "modules/00-virtio_hub.ko", "usr/src/" + debiantest.Common + "/Makefile"} {
		for _, offline := range []bool{false, true} {
			pool, c := debiantest.Apt(t), cachetest.New(t)
			k, err := Resolve(t.Context(), c, "debian:6.12", images.Options{})
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(c.Root(), "kernels", k.Key, file)
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			filetest.Put(t, path, "damaged")
			if offline {
				if err := os.Remove(filepath.Join(pool, "uris")); err != nil {
					t.Fatal(err)
				}
			}
			k, err = Resolve(t.Context(), c, "debian:6.12", images.Options{})
			if err == nil {
				err = Mend(t.Context(), c, k, images.Options{})
			}
			now, _ := os.ReadFile(path)
			switch {
			case offline && (err == nil || blame.Of(err) != blame.Rig):
				t.Errorf("%s: without apt: %v", file, err)
			case !offline && (err != nil || string(now) != string(whole)):
				t.Errorf("%s: %v, and it is %.20q", file, err, now)
			}
		}
	}
}

// A kernel given as a file or a build tree is not in the cache.
func TestNothingToMend(t *testing.T) {
	if err := Mend(t.Context(), cachetest.New(t), &images.Kernel{Name: "mine"}, images.Options{}); err != nil {
		t.Error(err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// host gives this host a version of glibc, and the compiler of [builtBy].
func host(t *testing.T, glibc string) {
	t.Helper()
	bin := os.Getenv("PATH") // one directory: imagestest.Path
	filetest.Put(t, filepath.Join(bin, "getconf"), "#!/bin/sh\necho glibc "+glibc+"\n")
	filetest.Put(t, filepath.Join(bin, "x86_64-linux-gnu-gcc-99"), "#!/bin/sh\n")
}

// withModpost adds a program that needs some glibc to the pool's linux-kbuild.
func withModpost(t *testing.T, pool string) {
	t.Helper()
	ls, err := os.ReadFile("/bin/ls")
	if err != nil {
		t.Fatal(err)
	}
	debiantest.Replace(t, pool, debiantest.Kbuild+".deb", imagestest.Tar(
		imagestest.File("./usr/lib/"+debiantest.Kbuild+"/scripts/Makefile.build", "#\n"),
		imagestest.File("./usr/lib/"+debiantest.Kbuild+"/scripts/mod/modpost", string(ls))))
}

func mustResolve(t *testing.T, c *cache.Cache, spec string) (k *images.Kernel, said string) {
	t.Helper()
	k, err := provided.Resolve(t.Context(), c, spec, images.Options{Notice: func(s string) { said += s + "\n" }})
	if err != nil {
		t.Fatal(imagestest.Detail(err))
	}
	return k, said
}

// A kernel that a newer host has put in the cache is of no use to an older one: its
// modpost does not run there.
func TestOlderHostSharesTheCache(t *testing.T) {
	pool, c := debiantest.Apt(t), cachetest.New(t)
	builtBy(t, pool, "x86_64-linux-gnu-gcc-99")
	withModpost(t, pool)
	host(t, "2.99")
	newer, _ := mustResolve(t, c, "debian:6.12")
	if newer.Toolchain != "" {
		t.Fatalf("the newer host needs %s", newer.Toolchain)
	}
	host(t, "2.0")
	older, said := mustResolve(t, c, "debian:6.12")
	if older.Toolchain == "" || older.Key == newer.Key || older.Name != newer.Name || !strings.Contains(said, "downloading") {
		t.Errorf("the older host has %+v, said %s", older, said)
	}
	for glibc, want := range map[string]*images.Kernel{"2.0": older, "2.99": newer} {
		host(t, glibc)
		for _, spec := range []string{"debian:6.12", newer.Name} {
			if k, said := mustResolve(t, c, spec); k.Key != want.Key || said != "" {
				t.Errorf("%s with glibc %s is %s, not %s, said %s", spec, glibc, k.Key, want.Key, said)
			}
		}
	}
	if list := Cached(c); len(list) != 1 {
		t.Errorf("%+v", list)
	}
	// Without the first entry, the equipped one serves both.
	if err := c.Remove(t.Context(), kernels, newer.Key); err != nil {
		t.Fatal(err)
	}
	if k, said := mustResolve(t, c, newer.Name); k.Key != older.Key || said != "" {
		t.Errorf("%s, said %s", k.Key, said)
	}
	if list, err := provided.List(t.Context(), c); err != nil || len(list) != 1 || !list[0].Cached {
		t.Errorf("%+v, %v", list, err)
	}
}

// Without a network, an older host still runs what needs no new modules.
func TestOlderHostWithoutNetwork(t *testing.T) {
	pool, c := debiantest.Apt(t), cachetest.New(t)
	builtBy(t, pool, "x86_64-linux-gnu-gcc-99")
	withModpost(t, pool)
	host(t, "2.99")
	newer, _ := mustResolve(t, c, "debian:6.12")
	host(t, "2.0")
	filetest.Put(t, filepath.Join(pool, "trouble"), "exit 100")
	k, said := mustResolve(t, c, "debian:6.12")
	if k.Key != newer.Key || !strings.Contains(said, "glibc is too old") {
		t.Errorf("%s, said %s", k.Key, said)
	}
}

// Without the compiler's name there is no toolchain to fetch.
func TestUnknownCompilerFits(t *testing.T) {
	pool, c := debiantest.Apt(t), cachetest.New(t)
	withModpost(t, pool)
	host(t, "2.0")
	first, _ := mustResolve(t, c, "debian:6.12")
	if again, said := mustResolve(t, c, first.Name); again.Key != first.Key || said != "" {
		t.Errorf("%s, said %s", again.Key, said)
	}
}

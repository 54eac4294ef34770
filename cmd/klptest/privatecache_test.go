// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/cache"
)

// cacheKinds are the kinds of cache entries that a run of a shipped case needs.
var cacheKinds = []string{"kernels", "kmods", "initramfs", "templates"}

// privateCache makes a cache with hard links to the entries of these kinds in the user's
// cache, so their files must not be changed in place. A shipped case has run with them.
func privateCache(t *testing.T, kinds ...string) string {
	t.Helper()
	if out, err := klptest("", "run", oneCase).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	user := userCache(t)
	home, err := os.MkdirTemp(filepath.Dir(user), "klptest-own-") // hard links need one file system
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			showConsoles(t, home)
		}
		os.RemoveAll(home)
	})
	if err := os.Mkdir(filepath.Join(home, "klptest"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		link(t, filepath.Join(user, kind), filepath.Join(home, "klptest"))
	}
	return home
}

// showConsoles logs the ends of the consoles that runs have kept in a cache, before the
// cache is removed.
func showConsoles(t *testing.T, home string) {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(home, "klptest", "tmp", "run-*", "guest-*", "console.log"))
	for _, path := range paths {
		text, _ := os.ReadFile(path)
		t.Logf("the end of %s:\n%s", path, text[max(0, len(text)-4000):])
	}
}

// link copies a directory into another one, with hard links to its files.
func link(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "-al", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// userCache returns klptest's default cache.
func userCache(t *testing.T) string {
	t.Helper()
	dir, err := cache.Default()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// without calls f while a cache has no entries of a kind, and then puts them back.
func without(t *testing.T, home, kind string, f func()) {
	t.Helper()
	setAside(t, home, kind)
	f()
	putBack(t, home, kind)
}

// setAside moves a part of a cache away, so that it is made again.
func setAside(t *testing.T, home, kind string) {
	t.Helper()
	if err := os.Rename(filepath.Join(home, "klptest", kind), filepath.Join(home, kind)); err != nil {
		t.Fatal(err)
	}
}

// putBack undoes setAside, and discards what was made since then: a kill leaves most
// of it unfinished, and the next run would have to make it first.
func putBack(t *testing.T, home, kind string) {
	t.Helper()
	discard(t, home, kind)
	if err := os.Rename(filepath.Join(home, kind), filepath.Join(home, "klptest", kind)); err != nil {
		t.Fatal(err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/cache"
)

// cacheKinds are what a run of a shipped case needs of a cache.
var cacheKinds = []string{"kernels", "kmods", "initramfs", "templates"}

// privateCache is a cache of its own, with hard links to what the user's cache has of
// these kinds: it is not to be changed in place. A shipped case has run with them.
func privateCache(t *testing.T, kinds ...string) string {
	t.Helper()
	if out, err := klptest("", "run", oneCase).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	user := userCache(t)
	home, err := os.MkdirTemp(filepath.Dir(user), "klptest-own-") // hard links want one file system
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

// showConsoles logs how the consoles end that runs have kept in a cache, which goes.
func showConsoles(t *testing.T, home string) {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(home, "klptest", "tmp", "run-*", "guest-*", "console.log"))
	for _, path := range paths {
		text, _ := os.ReadFile(path)
		t.Logf("the end of %s:\n%s", path, text[max(0, len(text)-4000):])
	}
}

// link makes a copy of a directory in another one, with hard links to its files.
func link(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "-al", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// userCache is the cache that klptest has when nobody says otherwise.
func userCache(t *testing.T) string {
	t.Helper()
	dir, err := cache.Default()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// without calls f while a cache has nothing of a kind, and then puts back what it had.
func without(t *testing.T, home, kind string, f func()) {
	t.Helper()
	setAside(t, home, kind)
	f()
	putBack(t, home, kind)
}

// setAside takes a part of a cache away, so that it is made again.
func setAside(t *testing.T, home, kind string) {
	t.Helper()
	if err := os.Rename(filepath.Join(home, "klptest", kind), filepath.Join(home, kind)); err != nil {
		t.Fatal(err)
	}
}

// putBack undoes setAside. What was made since then goes, if there is any: a kill
// leaves most of it unfinished, and the next run would have to make it first.
func putBack(t *testing.T, home, kind string) {
	t.Helper()
	discard(t, home, kind)
	if err := os.Rename(filepath.Join(home, kind), filepath.Join(home, "klptest", kind)); err != nil {
		t.Fatal(err)
	}
}

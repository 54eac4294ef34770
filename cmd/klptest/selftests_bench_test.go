// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/internal/benchtest"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/kselftests"
)

// BenchmarkSelftests runs all selftests of a kernel, with what is built and booted only
// once already there: klptest's modules, programs and saved guests, and the modules for
// virtme-ng. KLPTEST_RUN_KERNEL names the kernel.
func BenchmarkSelftests(b *testing.B) {
	k := benchKernel(b)
	b.Run("klptest", func(b *testing.B) {
		benchSelftests(b) // warms the cache
		benchtest.Measure(b, func() func() { benchSelftests(b); return nil })
	})
	b.Run("virtme-ng", func(b *testing.B) {
		p := findPeer(b, k)
		dir := peerSelftests(b, k)
		benchtest.Measure(b, func() func() {
			out, err := p.run(b.Context(), peerSelftestsLimit, dir, "./all.sh")
			if err != nil {
				b.Skip(err)
			}
			if _, failed, found := strings.Cut(out, peerFailed); found {
				b.Errorf("virtme-ng: a script failed: %s", failed)
			}
			return nil
		})
	})
}

func benchKernelName() string { return cmp.Or(os.Getenv("KLPTEST_RUN_KERNEL"), defaultKernel) }

func benchKernel(b *testing.B) *images.Kernel {
	b.Helper()
	k, err := catalog.Resolve(b.Context(), cachetest.Users(b), benchKernelName(), images.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return k
}

func benchSelftests(b *testing.B) {
	b.Helper()
	if out, err := klptest("", selftestsName, "--kernel", benchKernelName(), "-j", "2").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
}

const peerFailed = "klptest: failed: "

// peerSelftests makes a directory of the selftests for a guest that has the host's files,
// as their Makefile would: modules and programs are built, and all.sh runs every script.
func peerSelftests(b *testing.B, k *images.Kernel) string {
	b.Helper()
	source, err := catalog.Source(b.Context(), cachetest.Users(b), k, kselftests.Dir, images.Options{})
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(source, kselftests.Dir))); err != nil {
		b.Fatal(err)
	}
	modules := filepath.Join(dir, "test_modules")
	if _, err := os.Stat(modules); err != nil {
		b.Skip("the selftests of this kernel have their modules elsewhere")
	}
	benchCommand(b, "make", "-C", k.KDir, "M="+modules, "modules")
	programs, _ := filepath.Glob(filepath.Join(dir, "*.c"))
	for _, c := range programs {
		benchCommand(b, "cc", "-o", strings.TrimSuffix(c, ".c"), c)
	}
	filetest.Put(b, filepath.Join(dir, "all.sh"), "#!/bin/sh\nexport KDIR='"+k.KDir+"'\nfor t in test-*.sh; do ./$t || echo '"+peerFailed+"'$t; done\necho '"+peerEnd+"'\n")
	return dir
}

func benchCommand(b *testing.B, name string, args ...string) {
	b.Helper()
	if out, err := exec.CommandContext(b.Context(), name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", name, err, out)
	}
}

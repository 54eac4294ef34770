// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// builtBy makes the pool's kernel one built by a compiler that no host has, and
// adds the compiler's packages.
func builtBy(t *testing.T, pool, compiler string) {
	t.Helper()
	debiantest.Replace(t, pool, "linux-image-"+debiantest.Release+".deb", imagestest.Tar(
		imagestest.File("./boot/vmlinuz-"+debiantest.Release, imagestest.BzImage("LZO", debiantest.Release)),
		imagestest.File("./boot/config-"+debiantest.Release, "CONFIG_LIVEPATCH=y\nCONFIG_CC_VERSION_TEXT=\""+compiler+" (Debian 99.1) 99.1\"\n")))
	var closure strings.Builder
	for name, text := range map[string]string{
		"gcc-99":     imagestest.Tar(imagestest.File("./usr/bin/x86_64-linux-gnu-gcc-99", ""), imagestest.File("./usr/share/doc/gcc-99/copyright", "")),
		"cpp-99":     imagestest.Tar(imagestest.File("./usr/libexec/gcc/x86_64-linux-gnu/99/cc1", ""), imagestest.File("./usr/libexec/gcc/x86_64-linux-gnu/99/lto1", "")),
		"binutils":   imagestest.Tar(imagestest.File("./usr/bin/as", ""), imagestest.File("./usr/bin/ld", ""), imagestest.File("./usr/bin/gprof", "")),
		"libc6":      imagestest.Tar(imagestest.File("./lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", ""), imagestest.File("./lib/x86_64-linux-gnu/gconv/UTF-7.so", "")),
		"libasan8":   "",
		"zlib1g":     imagestest.Tar(imagestest.Link("./usr/lib/x86_64-linux-gnu/libz.so.1", "libz.so.1.3")),
		"gcc-99-doc": imagestest.Tar(),
	} {
		filetest.Put(t, filepath.Join(pool, name+".deb"), text)
		line := fmt.Sprintf("'http://mirror.example/%s' %s_1_all.deb %d SHA256:00\n", name, name, len(text))
		closure.WriteString(line)
	}
	filetest.Put(t, filepath.Join(pool, "closure"), closure.String())
}

func TestToolchainOfAnotherRelease(t *testing.T) {
	pool, c := debiantest.Apt(t), cachetest.New(t)
	builtBy(t, pool, "x86_64-linux-gnu-gcc-99")
	var said []string
	o := images.Options{Notice: func(s string) { said = append(said, s) }}
	k, err := provided.Resolve(t.Context(), c, "debian:6.12", o)
	if err != nil {
		t.Fatal(imagestest.Detail(err))
	}
	if base := filepath.Base(k.Toolchain); !strings.HasSuffix(base, "_x86_64-linux-gnu-gcc-99_1") || !strings.HasPrefix(base, "debian-") {
		t.Errorf("the toolchain is %q", k.Toolchain)
	}
	for name, want := range map[string]bool{
		"bin/x86_64-linux-gnu-gcc-99": true, "bin/ld": true, "libexec/cc1": true, "usr/lib/x86_64-linux-gnu/libz.so.1": true,
		"usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2": true, "usr/share": false, "usr/bin/gprof": false, "usr/lib/x86_64-linux-gnu/gconv": false,
		"usr/libexec/gcc/x86_64-linux-gnu/99/lto1": false,
	} {
		if _, err := os.Lstat(filepath.Join(k.Toolchain, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if all := strings.Join(said, "\n"); !strings.Contains(all, "which built the kernel") || strings.Contains(all, "asan") {
		t.Errorf("said %s", all)
	}
	// A toolchain that was removed from the cache is fetched again for the
	// cached kernel.
	if err := c.Remove(t.Context(), "toolchains", filepath.Base(k.Toolchain)); err != nil {
		t.Fatal(err)
	}
	if again, err := provided.Resolve(t.Context(), c, k.Name, o); err != nil || again.Toolchain != k.Toolchain {
		t.Errorf("%v, %v", again, err)
	}
	if _, err := os.Stat(filepath.Join(k.Toolchain, "bin/ld")); err != nil {
		t.Error(err)
	}
}

func TestToolchainCannotBeHad(t *testing.T) {
	pool, c := debiantest.Apt(t), cachetest.New(t)
	builtBy(t, pool, "x86_64-linux-gnu-gcc-99")
	filetest.Put(t, filepath.Join(pool, "closure"), "")
	_, err := provided.Resolve(t.Context(), c, "debian:6.12", images.Options{})
	imagestest.WantRigError(t, err, "has no package gcc-99")
	if left, _ := os.ReadDir(filepath.Join(c.Root(), "toolchains")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

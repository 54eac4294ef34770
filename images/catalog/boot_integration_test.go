// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/vport"
)

// Modules can be built against Debian's kernels, which boot our initramfs as
// ELF and as bzImage. Kernels are fetched unless the user's cache has them.
func TestIntegrationDebian(t *testing.T) {
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to fetch and boot kernels")
	}
	for _, tt := range []struct {
		series  string
		modules int // the minimum for the port; 6.12 has them built in
	}{
		{"6.12", 0},
		{"6.1", 3},
	} {
		t.Run(tt.series, func(t *testing.T) {
			begin := time.Now()
			k, err := Resolve(t.Context(), cachetest.Users(t), "debian:"+tt.series, images.Options{Notice: func(s string) { t.Log(s) }})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s after %v", k.Name, time.Since(begin).Round(100*time.Millisecond))
			if !strings.HasSuffix(k.Image, "/vmlinux") || len(k.Modules) < tt.modules {
				t.Errorf("boots %s with %v", k.Image, k.Modules)
			}
			if m := append(kconfig.Required(k.Config), kconfig.Recommended(k.Config)...); len(m) != 0 {
				t.Errorf("Debian's kernel lacks %v", m)
			}
			buildHello(t, k)
			bootBoth(t, k)
		})
	}
}

const hello = `// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/livepatch.h>
static int hello_init(void) { pr_info("hello\n"); return 0; }
static void hello_exit(void) { }
module_init(hello_init);
module_exit(hello_exit);
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
`

func buildHello(t *testing.T, k *images.Kernel) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"hello.c": hello, "Kbuild": "obj-m := hello.o\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	begin := time.Now()
	out, err := exec.CommandContext(t.Context(), "make", "-C", k.KDir, "M="+dir, "modules").CombinedOutput()
	t.Logf("built in %v\n%s", time.Since(begin).Round(100*time.Millisecond), out)
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join(dir, "hello.ko"))
	if err != nil || !strings.Contains(string(module), "vermagic="+k.Release+" ") {
		t.Errorf("not for %s, %v", k.Release, err)
	}
}

func bootBoth(t *testing.T, k *images.Kernel) {
	t.Helper()
	archives := twoArchives(t, k.Modules)
	for _, image := range []string{k.Image, k.BzImage} {
		console := bootOnce(t, image, archives)
		for _, want := range []string{"key secret <nil>", "port <nil>"} {
			if !strings.Contains(console, want) {
				t.Errorf("%s: no %q on the console:\n%s", filepath.Base(image), want, console)
			}
		}
	}
}

// bootOnce starts QEMU with what klptest would give it, and returns the
// console.
func bootOnce(t *testing.T, image, archives string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	begin := time.Now()
	out, err := exec.CommandContext(ctx, "qemu-system-x86_64", "-accel", "tcg", "-m", "512", "-nographic", "-no-reboot", "-nodefaults", "-serial", "stdio",
		"-device", "virtio-serial-pci", "-device", "virtserialport,name="+vport.Name,
		"-kernel", image, "-initrd", archives, "-append", "console=ttyS0 panic=-1 quiet no_timer_check").CombinedOutput()
	t.Logf("%s: %v", filepath.Base(image), time.Since(begin).Round(100*time.Millisecond))
	if err != nil {
		t.Errorf("qemu: %v\n%s", err, out)
	}
	return string(out)
}

// twoArchives makes an initramfs with the test's init, and its key in a second
// archive.
func twoArchives(t *testing.T, modules []string) string {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", dir+"/init", "./testdata/cmd/init")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var both bytes.Buffer
	for _, c := range []initramfs.Contents{{Init: dir + "/init", Modules: modules}, {Files: map[string][]byte{"etc/key": []byte("secret")}}} {
		if err := initramfs.Write(&both, c); err != nil {
			t.Fatal(err)
		}
	}
	filetest.Put(t, dir+"/initramfs", both.String())
	return dir + "/initramfs"
}

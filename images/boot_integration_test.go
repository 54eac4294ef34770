// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/cache"
)

// bootOnce starts what klptest gives to QEMU, without the rest of klptest,
// and returns the console.
func bootOnce(t *testing.T, image, initramfs string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	begin := time.Now()
	out, err := exec.CommandContext(ctx, "qemu-system-x86_64", "-accel", "tcg", "-m", "512", "-nographic", "-no-reboot", "-nodefaults", "-serial", "stdio",
		"-netdev", "user,id=n,restrict=on", "-device", "virtio-net-pci,netdev=n,romfile=",
		"-kernel", image, "-initrd", initramfs, "-append", "console=ttyS0 panic=-1 quiet").CombinedOutput()
	t.Logf("%s: %v", filepath.Base(image), time.Since(begin).Round(100*time.Millisecond))
	if err != nil {
		t.Errorf("qemu: %v\n%s", err, out)
	}
	return string(out)
}

// twoArchives is an initramfs of the test's init, with its key in a second
// archive.
func twoArchives(t *testing.T, modules []string) string {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", dir+"/init", "./testdata/cmd/init")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	both := append(archiveOf(t, Contents{Init: dir + "/init", Modules: modules}), archiveOf(t, Contents{Files: map[string][]byte{"etc/key": []byte("secret")}})...)
	put(t, dir+"/initramfs", string(both))
	return dir + "/initramfs"
}

// usersCache is the one that klptest itself uses: what is there already need
// not be fetched again.
func usersCache(t *testing.T) *cache.Cache {
	t.Helper()
	root, err := cache.Default()
	if err != nil {
		t.Fatal(err)
	}
	c, err := cache.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDebianKernelsBootOurInitramfs(t *testing.T) {
	needVM(t)
	for _, series := range []string{"6.12", "6.1"} {
		k, err := Resolve(t.Context(), usersCache(t), "debian:"+series, Options{})
		if err != nil {
			t.Fatal(err)
		}
		initramfs := twoArchives(t, k.Modules)
		for _, image := range []string{k.Image, k.BzImage} {
			console := bootOnce(t, image, initramfs)
			for _, want := range []string{"-virtio_net.ko <nil>", "key secret <nil>", "card eth0 <nil>"} {
				if !strings.Contains(console, want) {
					t.Errorf("%s %s: no %q on the console:\n%s", series, filepath.Base(image), want, console)
				}
			}
		}
	}
}

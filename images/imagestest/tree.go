// SPDX-License-Identifier: Apache-2.0

package imagestest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// TreeConfig is the configuration of a BuildTree.
const TreeConfig = "CONFIG_X86_64=y\nCONFIG_LIVEPATCH=y\nCONFIG_VIRTIO_CONSOLE=m\nCONFIG_VIRTIO_PCI=y\n"

// BuildTree makes a kernel tree as a finished build leaves it.
func BuildTree(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Kconfig": "", "Makefile": "", "Module.symvers": "", "include/generated/autoconf.h": "",
		".config":                        TreeConfig,
		"include/config/kernel.release":  Release + "\n",
		"vmlinux":                        PVHKernel(),
		"arch/x86/boot/bzImage":          BzImage(Gzipped(PVHKernel()), Release),
		"drivers/char/virtio_console.ko": Module("virtio_console", "virtio_hub"),
		"drivers/virtio/virtio_hub.ko":   Module("virtio_hub", ""),
	} {
		filetest.Put(t, filepath.Join(dir, name), text)
	}
	return dir
}

// Remove returns a function that removes files from a directory, such as a
// BuildTree.
func Remove(names ...string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		for _, n := range names {
			if err := os.Remove(filepath.Join(dir, n)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

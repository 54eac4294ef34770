// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/cache"
)

// resolveFile takes an image from one place and what modules are built
// against from another.
func resolveFile(ctx context.Context, c *cache.Cache, path string, o Options) (*Kernel, error) {
	if o.KDir == "" {
		return nil, blame.AdviseUserf("name the build tree or headers of that kernel: --kdir DIR", "%s alone is not enough: modules are built against headers", path)
	}
	kdir, err := filepath.Abs(o.KDir)
	if err != nil {
		return nil, err
	}
	config, want, err := readTree(kdir)
	if err != nil {
		return nil, err
	}
	k := &Kernel{KDir: kdir, Headers: beside(kdir), Config: config, Live: true}
	if err := k.addImage(ctx, c, path, o); err != nil {
		return nil, err
	}
	if k.Release != want {
		return nil, blame.AdviseUserf("give the --kdir of the same build", "%s is %s, but %s is for %s", path, k.Release, kdir, want)
	}
	k.Name = k.Release
	k.Modules, err = k.findModules(ctx, c, kdir, filepath.Join("/lib/modules", k.Release, "kernel"))
	return k, err
}

// addImage sets Image, BzImage and Release from a bzImage or a vmlinux.
func (k *Kernel) addImage(ctx context.Context, c *cache.Cache, path string, o Options) error {
	elf, err := startsWith(path, "\x7fELF")
	if err != nil {
		return &blame.Error{Party: blame.User, Err: err}
	}
	if elf {
		return k.addELF(path)
	}
	data, err := readImage(path)
	if err != nil {
		return &blame.Error{Party: blame.User, Err: err}
	}
	bz, err := parseBzImage(data)
	if err != nil {
		return blame.AdviseUserf(forms, "%s is neither a bzImage nor a vmlinux: %v", path, err)
	}
	k.BzImage, k.Release = path, bz.release()
	k.Image, err = extracted(ctx, c, path, data, o)
	return err
}

// startsWith tells a large file's kind without reading it.
func startsWith(path, magic string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head, err := bounded.ReadAll(io.NewSectionReader(f, 0, int64(len(magic))), int64(len(magic)))
	return string(head) == magic, err
}

func (k *Kernel) addELF(path string) (err error) {
	k.Image = path
	if preferPVH(path, "") == "" {
		return blame.AdviseUserf("set CONFIG_PVH=y, or give the bzImage", "%s cannot be booted: no PVH entry", path)
	}
	k.Release, err = vmlinuxRelease(path)
	return err
}

// extracted is the cached vmlinux of the bzImage at path, or path when there
// can be none.
func extracted(ctx context.Context, c *cache.Cache, path string, image []byte, o Options) (string, error) {
	sum := sha256.Sum256(image)
	dir, err := c.Entry(ctx, "vmlinux", hex.EncodeToString(sum[:]), func(ctx context.Context, dir string) error {
		return writeVmlinux(ctx, image, filepath.Join(dir, "vmlinux"))
	})
	if err != nil {
		return path, o.bootsSlower(ctx, err)
	}
	return filepath.Join(dir, "vmlinux"), nil
}

// bootsSlower says why a bzImage has no vmlinux. Only the end of ctx is an
// error.
func (o Options) bootsSlower(ctx context.Context, why error) error {
	if ctx.Err() == nil {
		o.notice("booting the bzImage, which is slower: " + why.Error())
	}
	return ctx.Err()
}

// findModules looks for the guest's modules in the first tree that has them,
// and keeps them decompressed in the cache.
func (k *Kernel) findModules(ctx context.Context, c *cache.Cache, trees ...string) ([]string, error) {
	var first error
	for _, tree := range trees {
		found, err := guestModules(os.DirFS(tree), k.Config)
		if err == nil && len(found) == 0 {
			return nil, nil
		}
		if err == nil {
			return keepModules(ctx, c, found)
		}
		if first == nil {
			first = err
		}
	}
	return nil, &blame.Error{Party: blame.User, Summary: k.Name, Advice: "build its modules, or set CONFIG_VIRTIO_PCI and CONFIG_VIRTIO_CONSOLE to y", Err: first}
}

func keepModules(ctx context.Context, c *cache.Cache, found []module) ([]string, error) {
	sum := sha256.New()
	for _, m := range found {
		sum.Write(m.data)
	}
	dir, err := c.Entry(ctx, "modules", hex.EncodeToString(sum.Sum(nil)), func(_ context.Context, dir string) error {
		_, err := writeModules(found, dir)
		return err
	})
	if err != nil {
		return nil, err
	}
	return filepath.Glob(filepath.Join(dir, "*.ko"))
}

// SPDX-License-Identifier: Apache-2.0

package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/bootimage"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// addImage sets Image, BzImage and Release of k from a bzImage or a vmlinux.
func addImage(ctx context.Context, c *cache.Cache, k *images.Kernel, path string, o images.Options) error {
	elf, err := bootimage.IsELF(path)
	if err != nil {
		return &blame.Error{Party: blame.User, Err: err}
	}
	if elf {
		return addELF(k, path)
	}
	data, err := bootimage.ReadBzImage(path)
	if err != nil {
		return &blame.Error{Party: blame.User, Err: err}
	}
	release, err := bootimage.BzImageRelease(data)
	if err != nil {
		return images.BadNotation("%s is neither a bzImage nor a vmlinux: %v", path, err)
	}
	k.BzImage, k.Release = path, release
	k.Image, err = extracted(ctx, c, path, data, o)
	return err
}

func addELF(k *images.Kernel, path string) (err error) {
	k.Image = path
	if !bootimage.HasPVH(path) {
		return blame.AdviseUserf("set CONFIG_PVH=y, or give the bzImage", "%s cannot be booted: no PVH entry", path)
	}
	k.Release, err = bootimage.VmlinuxRelease(path)
	return err
}

// extracted returns the cached vmlinux of the bzImage at path, or path if it has
// none that boots.
func extracted(ctx context.Context, c *cache.Cache, path string, image []byte, o images.Options) (string, error) {
	sum := sha256.Sum256(image)
	dir, err := c.Entry(ctx, "vmlinux", hex.EncodeToString(sum[:]), func(ctx context.Context, dir string) error {
		return blame.Join(bootimage.WriteVmlinux(ctx, image, filepath.Join(dir, "vmlinux")), cache.Describe(dir, "of "+path))
	})
	if err != nil {
		return path, bootimage.TellSlower(ctx, err, o.Tell)
	}
	return filepath.Join(dir, "vmlinux"), nil
}

// SPDX-License-Identifier: Apache-2.0

package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// findModules looks for the guest's modules in the first tree that has them,
// and keeps them decompressed in the cache.
func findModules(ctx context.Context, c *cache.Cache, k *images.Kernel, trees ...string) ([]string, error) {
	var first error
	for _, tree := range trees {
		found, err := initramfs.FindModules(os.DirFS(tree), k.Config)
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

func keepModules(ctx context.Context, c *cache.Cache, found []initramfs.Module) ([]string, error) {
	sum := sha256.New()
	for _, m := range found {
		sum.Write(m.Data)
	}
	dir, err := c.Entry(ctx, "modules", hex.EncodeToString(sum.Sum(nil)), func(_ context.Context, dir string) error {
		_, err := initramfs.WriteModules(found, dir)
		return err
	})
	if err != nil {
		return nil, err
	}
	return filepath.Glob(filepath.Join(dir, "*.ko"))
}

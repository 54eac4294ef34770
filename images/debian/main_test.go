// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/cache"
)

// cacheEnv is the environment variable with the cache of a test program that
// only resolves a kernel.
const cacheEnv = "KLPTEST_DEBIAN_CACHE"

func TestMain(m *testing.M) {
	root := os.Getenv(cacheEnv)
	if root == "" {
		os.Exit(m.Run())
	}
	c, err := cache.Open(root, nil)
	if err == nil {
		_, err = provided.Resolve(context.Background(), c, "debian:6.12", images.Options{})
	}
	fmt.Println(err)
}

// provided is the provider as callers use it.
var provided = images.Providers{Provider()}

// kernels is the kind of the entries in the cache.
const kernels = "kernels"

// wantClean checks that a failed fetch left nothing.
func wantClean(t *testing.T, c *cache.Cache) {
	t.Helper()
	for _, dir := range []string{"tmp", kernels} {
		left, err := os.ReadDir(filepath.Join(c.Root(), dir))
		if len(left) != 0 || err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("left in %s: %v, %v", dir, left, err)
		}
	}
}

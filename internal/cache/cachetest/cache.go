// SPDX-License-Identifier: Apache-2.0

package cachetest

import (
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/cache"
)

// New makes an empty cache that is removed with the test.
func New(t testing.TB) *cache.Cache {
	t.Helper()
	c, err := cache.Open(filepath.Join(t.TempDir(), "cache"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Users opens the cache that klptest itself uses, so that nothing is fetched or built twice.
func Users(t testing.TB) *cache.Cache {
	t.Helper()
	root, err := cache.Default()
	if err != nil {
		t.Fatal(err)
	}
	c, err := cache.Open(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

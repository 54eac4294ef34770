// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/supervise"
)

// TestMain runs the test binary as the supervisor of builds, or as a klptest
// that resolves a kernel when KLPTEST_IMAGES_CACHE names its cache.
func TestMain(m *testing.M) {
	if supervise.Main() {
		syscall.Exit(0) // the race detector makes os.Exit take a second
	}
	root := os.Getenv("KLPTEST_IMAGES_CACHE")
	if root == "" {
		os.Exit(m.Run())
	}
	c, err := cache.Open(root)
	if err == nil {
		_, err = Resolve(context.Background(), c, "debian:6.12", Options{})
	}
	fmt.Println(err)
}

func newCache(t *testing.T) *cache.Cache {
	t.Helper()
	c, err := cache.Open(filepath.Join(t.TempDir(), "cache"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// put writes a file and the directories it is in.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

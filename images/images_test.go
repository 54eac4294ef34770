// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"fmt"
	"os"
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
	c, err := cache.Open(root, nil)
	if err == nil {
		_, err = Resolve(context.Background(), c, "debian:6.12", Options{})
	}
	fmt.Println(err)
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/images/packagefile/packagefiletest"
	"github.com/klptest/klptest/internal/cache/cachetest"
)

// TestIntegrationPackages runs a case on a kernel that is built here and split into
// packages as distributions do.
func TestIntegrationPackages(t *testing.T) {
	source := os.Getenv("KLPTEST_SOURCE")
	if os.Getenv("KLPTEST_VM") == "" || source == "" {
		t.Skip("set KLPTEST_VM=1, and KLPTEST_SOURCE to the source of a kernel")
	}
	store := cachetest.Users(t)
	k, err := catalog.Resolve(t.Context(), store, source, images.Options{Notice: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	home, parts := t.TempDir(), packagefiletest.Take(t, k, source)
	for layout := range packagefiletest.Layouts {
		t.Run(layout, func(t *testing.T) {
			dir := parts.Packages(t, layout)
			out, err := klptest(home, "run", "--kernel", dir, "state-add").CombinedOutput()
			if t.Logf("%s", out); err != nil {
				t.Error(err)
			}
			files, _ := filepath.Glob(dir + "/*")
			for _, file := range files {
				if out, err := klptest(home, "kernel", "fetch", file).CombinedOutput(); err != nil {
					t.Errorf("by %s: %v\n%s", file, err, out)
				}
			}
		})
	}
}

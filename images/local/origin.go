// SPDX-License-Identifier: Apache-2.0

package local

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/cache"
)

// sourceOf finds a part of the source in the build tree, or in the tree that it
// was built from. It returns "" if neither has it. A tree of links leads to the
// one that has the files.
func sourceOf(_ context.Context, _ *cache.Cache, k *images.Kernel, part string, _ images.Options) (string, error) {
	for _, dir := range append([]string{k.KDir}, k.Headers...) {
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, part)); err == nil {
			if tree, ok := strings.CutSuffix(real, "/"+part); ok {
				return tree, nil
			}
		}
	}
	return "", nil
}

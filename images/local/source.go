// SPDX-License-Identifier: Apache-2.0

package local

import (
	"context"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/kbuild"
)

// buildSource builds a kernel unless it is up to date with its source.
func buildSource(ctx context.Context, b kbuild.Builder, o images.Options) (*images.Kernel, error) {
	b.Progress, b.Kind.Image = aside(o.Tell), o.ForImage
	dir, err := b.Build(ctx)
	if err != nil {
		return nil, err
	}
	return resolveTree(dir, o)
}

// aside reports a build that was not asked for: it may take minutes.
func aside(notice func(string)) func(kbuild.Progress) {
	return kbuild.NowAndThen(func(p kbuild.Progress) { notice(p.String()) })
}

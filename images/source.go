// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"

	"github.com/klptest/klptest/images/kbuild"
)

// buildSource builds a kernel, if what there is of it is older than its source.
func buildSource(ctx context.Context, b kbuild.Builder, o Options) (*Kernel, error) {
	b.Progress = aside(o.notice)
	dir, err := b.Build(ctx)
	if err != nil {
		return nil, err
	}
	return resolveTree(dir, o)
}

// aside tells of a build that is not what was asked for: nothing, when it is
// soon done.
func aside(notice func(string)) func(kbuild.Progress) {
	return kbuild.NowAndThen(kbuild.TellEvery, func(p kbuild.Progress) { notice(p.String()) })
}

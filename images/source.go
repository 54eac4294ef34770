// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"fmt"
	"time"

	"github.com/klptest/klptest/images/kbuild"
)

// tellEvery is how often a build that is no one's main business is heard of.
const tellEvery = 30 * time.Second

// buildSource builds a kernel, if what there is of it is older than its source.
func buildSource(ctx context.Context, b kbuild.Builder, o Options) (*Kernel, error) {
	b.Progress = everySoOften(o.notice)
	dir, err := b.Build(ctx)
	if err != nil {
		return nil, err
	}
	return resolveTree(dir, o)
}

// everySoOften passes on a report now and then: the first after a while.
func everySoOften(notice func(string)) func(kbuild.Progress) {
	next := tellEvery
	return func(p kbuild.Progress) {
		if p.Elapsed >= next {
			next = p.Elapsed + tellEvery
			notice(fmt.Sprint(p))
		}
	}
}

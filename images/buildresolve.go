// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/klptest/klptest/internal/cache"
)

// tellEvery is how often a build that is no one's main business is heard of.
const tellEvery = 30 * time.Second

// resolveSource builds the kernel of a source tree, or of a build directory
// that klptest has made, if what is there is older than the source.
func resolveSource(ctx context.Context, c *cache.Cache, dir string, o Options) (k *Kernel, handled bool, err error) {
	b := Builder{Cache: c, Source: dir, Progress: everySoOften(o.notice)}
	r, made := recipeOf(dir)
	switch {
	case made && filepath.Base(filepath.Dir(dir)) == viewID(r.Source, r.Fragments):
		b.Source, b.parts = r.Source, r.Fragments
	case !isSource(dir):
		return nil, false, nil
	}
	k, err = b.Build(ctx)
	return k, true, err
}

// everySoOften passes on a report now and then: the first after a while.
func everySoOften(notice func(string)) func(Progress) {
	next := tellEvery
	return func(p Progress) {
		if p.Elapsed >= next {
			next = p.Elapsed + tellEvery
			notice(fmt.Sprint(p))
		}
	}
}

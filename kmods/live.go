// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// unfinished is a file in a build directory while make runs there. A killed
// compiler can leave half an object, which the next make would take for a
// complete one.
const unfinished = ".klptest.unfinished"

// live runs make in the build directory of a kernel's build tree. The directory
// stays: when only the kernel's C has changed, make has nothing to do there.
func (b *Builder) live(ctx context.Context, plan build) (string, error) {
	id := fmt.Sprintf("%x", sha256.Sum256([]byte(plan.target.KDir)))[:16]
	unlock, err := b.Cache.Lock(ctx, "kmods-live-"+id)
	if err != nil {
		return "", err
	}
	defer unlock()
	dir := filepath.Join(b.Cache.Root(), "kmods-live", id)
	if err := b.liveMake(ctx, plan, dir); err != nil {
		return "", err
	}
	return b.publish(ctx, plan, dir)
}

func (b *Builder) liveMake(ctx context.Context, plan build, dir string) error {
	mark := filepath.Join(dir, unfinished)
	if err := b.liveClean(dir, mark); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		return err
	}
	if err := plan.in(ctx, dir); err != nil {
		return withLog(err, filepath.Join(dir, logName)) // the mark stays, so the next build starts afresh
	}
	return blame.Join(cache.Describe(dir, plan.about()), cache.Seal(dir), os.Remove(mark))
}

// liveClean removes the build when a part of it is unusable.
func (b *Builder) liveClean(dir, mark string) error {
	_, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(mark); !errors.Is(err, fs.ErrNotExist) {
		return os.RemoveAll(dir)
	}
	if damage := cache.Check(dir); damage != nil {
		b.Cache.Tell(fmt.Sprintf("%s is damaged (%v): building all of it again", dir, damage))
		return os.RemoveAll(dir)
	}
	return nil
}

// withLog adds the path of the kept log to the error.
func withLog(err error, path string) error {
	if e, ok := errors.AsType[*blame.Error](err); ok {
		e.Path = path
	}
	return err
}

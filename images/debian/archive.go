// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/cache"
)

const (
	maxAge     = 24 * time.Hour   // of package lists: Debian's security suites change on most days
	retryAfter = 10 * time.Minute // after a failed refresh
)

// aptKind is the directory of the cache with a directory for each release.
const aptKind = "apt"

// archive is a release as apt sees it through klptest's own lists in the cache.
// From the host's apt they use only its mirror and its network settings.
type archive struct {
	apt
	release release
	dir     string
	cache   *cache.Cache
}

func archiveOf(c *cache.Cache, r release) archive {
	dir := filepath.Join(c.Root(), aptKind, r.name)
	return archive{apt{filepath.Join(dir, "apt.conf")}, r, dir, c}
}

// current returns the archive with lists that are at most a day old. If they
// cannot be refreshed, it uses the old ones, and says so.
func current(ctx context.Context, c *cache.Cache, r release, o images.Options) (archive, error) {
	a := archiveOf(c, r)
	_, unlock, err := c.Hold(ctx, aptKind, r.name)
	if err != nil {
		return a, err
	}
	defer unlock()
	changed, err := a.configure(ctx)
	if err != nil || !changed && a.fresh() {
		return a, err
	}
	return a, a.refresh(ctx, o)
}

// again refreshes lists that lack a wanted kernel. It returns false for lists
// that were just refreshed.
func (a archive) again(ctx context.Context, o images.Options) bool {
	if age(a.stamp(refreshed)) < retryAfter || age(a.stamp(attempted)) < retryAfter {
		return false
	}
	_, unlock, err := a.cache.Hold(ctx, aptKind, a.release.name)
	if err != nil {
		return false
	}
	defer unlock()
	return a.refresh(ctx, o) == nil
}

// The stamps have the times of the last successful and the last failed refresh.
const refreshed, attempted = "refreshed", "attempted"

func (a archive) stamp(name string) string { return filepath.Join(a.dir, name) }

// age returns the time since a file was written. A missing file is very old.
func age(path string) time.Duration {
	info, err := os.Stat(path)
	if err != nil {
		return time.Duration(1<<63 - 1)
	}
	if age := time.Since(info.ModTime()); age >= 0 {
		return age
	}
	return time.Duration(1<<63 - 1) // the clock was put back
}

func (a archive) fresh() bool {
	if _, err := os.Stat(a.stamp(refreshed)); err != nil {
		return false
	}
	return age(a.stamp(refreshed)) < maxAge || age(a.stamp(attempted)) < retryAfter
}

// refresh updates the lists. If that fails, existing lists are used.
func (a archive) refresh(ctx context.Context, o images.Options) error {
	o.Tell("refreshing klptest's package lists of Debian " + a.release.name)
	err := a.command("apt-get", "update", "-q", "--error-on=any").Run(ctx)
	switch {
	case ctx.Err() != nil:
		return err
	case err == nil:
		return touch(a.stamp(refreshed))
	}
	err = explainFetch(err, "cannot refresh the package lists of Debian "+a.release.name)
	when, statErr := os.Stat(a.stamp(refreshed))
	if statErr != nil {
		return err
	}
	o.Tell(fmt.Sprintf("using the package lists of %s: %v", when.ModTime().Format(time.DateOnly), err))
	return touch(a.stamp(attempted))
}

func touch(path string) error {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	return os.Chtimes(path, time.Time{}, time.Now())
}

// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// Usage is the space that an entry or a kept directory takes.
type Usage struct {
	Kind, Key string
	Size      int64 // bytes on disk
	Used      time.Time
	Asked     bool   // a user has asked to keep it
	About     string // its description, see [Describe]; may be empty
}

// String returns the entry's name.
func (u Usage) String() string { return u.Kind + "/" + u.Key }

// Kept tells a kept directory from an entry.
func (u Usage) Kept() bool { return u.Kind == tmpKind }

// Usage lists all entries and kept directories, the most recently used first.
func (c *Cache) Usage() ([]Usage, error) {
	list, err := c.Listing()
	for i := range list {
		list[i].Size = c.size(list[i])
	}
	return list, err
}

// Listing is Usage without the sizes, which take seconds to add up.
func (c *Cache) Listing() ([]Usage, error) {
	dirs, err := os.ReadDir(c.root)
	if err != nil {
		return nil, err
	}
	var kinds []string
	for _, dir := range dirs {
		if name := dir.Name(); dir.IsDir() && plain(name) && !slices.Contains(reserved, name) {
			kinds = append(kinds, name)
		}
	}
	kept, err := c.keptUsage()
	if err != nil {
		return nil, err
	}
	list, err := c.listing(kinds)
	if err != nil {
		return nil, err
	}
	list = append(list, kept...)
	slices.SortFunc(list, latestFirst)
	return list, nil
}

// listing lists the entries of these kinds, the most recently used first.
func (c *Cache) listing(kinds []string) (list []Usage, err error) {
	for _, kind := range kinds {
		keys, err := c.Entries(kind)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			list = append(list, c.usage(kind, key))
		}
	}
	slices.SortFunc(list, latestFirst)
	return list, nil
}

func latestFirst(a, b Usage) int { return b.Used.Compare(a.Used) }

// usage returns what can be told of an entry at once.
func (c *Cache) usage(kind, key string) Usage {
	u := Usage{Kind: kind, Key: key, About: about(c.in(kind, key))}
	u.Used = c.lastUse(u)
	return u
}

// size adds up an entry. An entry that is removed meanwhile takes no space.
func (c *Cache) size(u Usage) (bytes int64) {
	_ = filepath.WalkDir(c.in(u.Kind, u.Key), func(path string, _ fs.DirEntry, err error) error {
		var s unix.Stat_t
		if err == nil && unix.Lstat(path, &s) == nil {
			bytes += s.Blocks * 512 // memory files have holes
		}
		return nil
	})
	return bytes
}

// Excess returns the least recently used entries of list (as returned by Usage)
// whose removal brings the total down to max bytes, as far as possible: entries that
// a user has asked to keep are not among them.
func Excess(list []Usage, max int64) (excess []Usage) {
	for _, u := range list {
		if u.Asked {
			max -= u.Size
		}
	}
	for _, u := range list {
		switch {
		case u.Asked:
		case len(excess) > 0 || u.Size > max:
			excess = append(excess, u)
		default:
			max -= u.Size
		}
	}
	return excess
}

// RemoveAll deletes entries. While another process uses the cache, it keeps and
// returns those that the process may be using.
func (c *Cache) RemoveAll(ctx context.Context, list []Usage) (stay []Usage, err error) {
	alone, err := c.claim()
	if errors.Is(err, errInUse) {
		return c.removeIdle(ctx, list)
	}
	if err != nil {
		return nil, err
	}
	defer alone()
	return nil, c.removeEach(ctx, list)
}

func (c *Cache) removeEach(ctx context.Context, list []Usage) error {
	var errs []error
	for _, u := range list {
		errs = append(errs, c.removeUsed(ctx, u))
	}
	return blame.Join(errs...)
}

// removeIdle deletes the entries last used before the first of the present users came,
// and returns the others. Whoever opens an entry marks it as used, perhaps since it was
// listed, so the mark is read just before the entry is deleted.
func (c *Cache) removeIdle(ctx context.Context, list []Usage) (stay []Usage, err error) {
	since, err := c.users.Stat()
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, u := range list {
		if c.lastUse(u).Before(since.ModTime()) {
			errs = append(errs, c.removeUsed(ctx, u))
		} else {
			stay = append(stay, u)
		}
	}
	return stay, blame.Join(errs...)
}

// lastUse returns when an entry was last used, or when a directory was kept. The time
// is zero for one that is gone.
func (c *Cache) lastUse(u Usage) (when time.Time) {
	path := c.in(u.Kind, u.Key)
	if u.Kept() {
		path = kept(path)
	}
	if info, err := os.Stat(path); err == nil {
		when = info.ModTime()
	}
	return when
}

func (c *Cache) removeUsed(ctx context.Context, u Usage) error {
	if u.Kept() {
		return c.removeKept(u.Key)
	}
	return c.Remove(ctx, u.Kind, u.Key)
}

// useLimit is how long another process may take to remove entries. It deletes their
// files one by one, perhaps hundreds of thousands on a slow disk.
const useLimit = 10 * time.Minute

// use marks the cache as used for the life of this process. The lock file's time is
// when the first of the present users came.
func (c *Cache) use(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, useLimit)
	defer cancel()
	f, err := c.wait(ctx, c.in("users.lock"), unix.LOCK_SH, "removes entries from the cache")
	c.users = f
	if err != nil {
		return err
	}
	first, err := c.claim()
	if err == nil {
		first()
	} else if errors.Is(err, errInUse) {
		err = nil
	}
	return err
}

// claim makes this process the only user until release.
func (c *Cache) claim() (release func(), err error) {
	fd := int(c.users.Fd())
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		// A failed conversion may have dropped the lock; flock(2).
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = errInUse
		}
		return nil, blame.Join(err, unix.Flock(fd, unix.LOCK_SH))
	}
	sign(c.users)
	return func() { _ = unix.Flock(fd, unix.LOCK_SH) }, nil
}

var errInUse = errors.New("the cache is in use by another klptest")

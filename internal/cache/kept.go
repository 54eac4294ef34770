// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
)

// maxKept is how many directories are kept without being asked for: enough for a
// day's failures, at some 15 MB each.
const maxKept = 20

// keptEnding is the extension of a mark: a file beside a temporary directory
// that is to outlive its process. A mark is not empty if the directory was asked
// for.
const keptEnding = ".kept"

func kept(dir string) string { return dir + keptEnding }

// Keep makes a directory of [Cache.Temp] outlive its release, for inspection. A
// directory that was asked for stays until a user removes it; of the others, a
// later Open removes the oldest if there are more than a few.
func (c *Cache) Keep(dir string, asked bool) error {
	var text []byte
	if asked {
		text = []byte("asked for\n")
	}
	return os.WriteFile(kept(dir), text, 0o600)
}

// mark is a kept directory.
type mark struct {
	name  string
	since time.Time
	asked bool
}

// marks returns the kept directories among the files of tmp, the newest first.
func marks(entries []fs.DirEntry) (list []mark) {
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), keptEnding)
		if info, err := e.Info(); ok && err == nil {
			list = append(list, mark{name, info.ModTime(), info.Size() > 0})
		}
	}
	slices.SortFunc(list, func(a, b mark) int { return b.since.Compare(a.since) })
	return list
}

// tooOld returns the marks that were not asked for and are not among the newest
// maxKept.
func tooOld(list []mark) []mark {
	list = slices.DeleteFunc(list, func(m mark) bool { return m.asked })
	return list[min(maxKept, len(list)):]
}

// keptUsage lists the kept directories.
func (c *Cache) keptUsage() (list []Usage, err error) {
	entries, err := os.ReadDir(c.in(tmpKind))
	for _, m := range marks(entries) {
		u := c.usage(tmpKind, m.name)
		u.Asked = m.asked
		list = append(list, u)
	}
	return list, err
}

// removeKept deletes a kept directory. Without its mark it counts as one that a
// dead process has left.
func (c *Cache) removeKept(name string) error {
	unguard, err := c.lockTemp()
	if err != nil {
		return err
	}
	defer unguard()
	dir := c.in(tmpKind, name)
	if !exists(kept(dir)) {
		return nil
	}
	return blame.Join(os.Remove(kept(dir)), removeDead(dir))
}

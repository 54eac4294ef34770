// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/cache"
)

// newest remembers which kernel is the newest that a notation admits. It is kept
// in the cache because asking apt takes 0.7 s, more than all the rest of a
// start. It is valid as long as the lists that it is from.
type newest struct {
	cache *cache.Cache
	path  string
}

func newestOf(c *cache.Cache, w wanted) newest {
	name := "newest-" + strings.ReplaceAll(w.String(), "/", "_") + packaged.Layout
	return newest{c, filepath.Join(c.Root(), name)}
}

// recall returns the key of the kernel, or "".
func (n newest) recall() string {
	text, err := os.ReadFile(n.path)
	if err != nil {
		return ""
	}
	key, rest, _ := strings.Cut(string(text), "\n")
	name, _, _ := strings.Cut(rest, " ")
	r, ok := releaseOf(name)
	a := archiveOf(n.cache, r)
	if !ok || !a.fresh() || rest != a.state() {
		return ""
	}
	return key
}

// state returns a text that changes with the archive's lists, and with what is
// chosen from them.
func (a archive) state() string {
	info, err := os.Stat(a.stamp(refreshed))
	if err != nil {
		return ""
	}
	return fmt.Sprintln(a.release.name, info.ModTime().UnixNano(), codename(osRelease()), os.Getenv(MirrorVariable))
}

// remember keeps the key of a kernel that the archive has. A failure costs only
// time.
func (n newest) remember(a archive, key string) {
	dir, release, err := n.cache.Temp("newest")
	if err != nil {
		return
	}
	defer release()
	temp := filepath.Join(dir, "newest")
	if os.WriteFile(temp, []byte(key+"\n"+a.state()), 0o600) == nil {
		_ = os.Rename(temp, n.path)
	}
}

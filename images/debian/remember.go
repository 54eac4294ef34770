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

// aptInputs are what apt's answers follow from; apt-cache(8), apt_preferences(5).
var aptInputs = []string{
	"/etc/apt/sources.list", "/etc/apt/sources.list.d", "/etc/apt/preferences", "/etc/apt/preferences.d",
	"/etc/apt/apt.conf", "/etc/apt/apt.conf.d", "/var/lib/apt/lists",
}

// aptState changes with apt's configuration and its lists.
func aptState(inputs []string) string {
	var b strings.Builder
	for _, path := range inputs {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(&b, "%s %d\n", path, info.ModTime().UnixNano())
		}
	}
	return b.String()
}

// newest is the answer to which kernel of a series is the newest. It is kept
// in the cache because apt takes 0.7 s to give it, more than all the rest of a
// start; it holds as long as apt's state does.
type newest struct {
	path  string
	state string
}

func newestOf(c *cache.Cache, series string) newest {
	return newest{filepath.Join(c.Root(), "newest-"+series+packaged.Layout), aptState(aptInputs)}
}

// recall returns the key of the kernel, or "".
func (n newest) recall() string {
	data, err := os.ReadFile(n.path)
	if err != nil {
		return ""
	}
	key, ok := strings.CutSuffix(string(data), "\n"+n.state)
	if !ok || n.state == "" {
		return ""
	}
	return key
}

// remember keeps the key. A failure costs time, nothing else.
func (n newest) remember(c *cache.Cache, key string) {
	dir, release, err := c.Temp("newest")
	if err != nil {
		return
	}
	defer release()
	temp := filepath.Join(dir, "newest")
	if os.WriteFile(temp, []byte(key+"\n"+n.state), 0o600) == nil {
		_ = os.Rename(temp, n.path)
	}
}

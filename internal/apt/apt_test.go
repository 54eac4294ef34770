// SPDX-License-Identifier: Apache-2.0

package apt

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/filetest"
)

func TestGet(t *testing.T) {
	for uid, want := range map[int]string{0: "apt-get install git", 1000: "sudo apt-get install git"} {
		if got := get(uid, []string{"install", "git"}); got != want {
			t.Errorf("%d: %q, want %q", uid, got, want)
		}
	}
}

func TestOld(t *testing.T) {
	const hour = time.Hour
	for name, c := range map[string]struct {
		lists, list, dir, file time.Duration // how long ago each has changed
		want                   bool
	}{
		"refreshed now":      {0, 9 * hour, 9 * hour, 9 * hour, false},
		"of this day":        {23 * hour, 30 * hour, 30 * hour, 30 * hour, false},
		"of yesterday":       {25 * hour, 30 * hour, 30 * hour, 30 * hour, true},
		"sources.list anew":  {2 * hour, hour, 9 * hour, 9 * hour, true},
		"a source removed":   {2 * hour, 9 * hour, hour, 9 * hour, true},
		"a source rewritten": {2 * hour, 9 * hour, 9 * hour, hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			root, now := t.TempDir(), time.Now()
			filetest.Put(t, filepath.Join(root, "var/lib/apt/lists/partial/x"), "")
			filetest.Put(t, filepath.Join(root, "etc/apt/sources.list"), "")
			filetest.Put(t, filepath.Join(root, "etc/apt/sources.list.d/a.sources"), "")
			for path, age := range map[string]time.Duration{
				"var/lib/apt/lists/partial": c.lists, "etc/apt/sources.list": c.list,
				"etc/apt/sources.list.d": c.dir, "etc/apt/sources.list.d/a.sources": c.file,
			} {
				if err := os.Chtimes(filepath.Join(root, path), now.Add(-age), now.Add(-age)); err != nil {
					t.Fatal(err)
				}
			}
			if got := Old(root, now); got != c.want {
				t.Errorf("%t, want %t", got, c.want)
			}
		})
	}
	if !Old(t.TempDir(), time.Now()) {
		t.Error("lists that were never refreshed are not old")
	}
}

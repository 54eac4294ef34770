// SPDX-License-Identifier: Apache-2.0

package apt

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// maxAge is how long package lists are good. Debian's security suite changes on
// most days, and then no longer has the earlier versions.
const maxAge = 24 * time.Hour

// Get is an apt-get command as the user must give it: Get("install", "git").
func Get(args ...string) string { return get(os.Geteuid(), args) }

func get(uid int, args []string) string {
	command := "apt-get " + strings.Join(args, " ")
	if uid == 0 {
		return command
	}
	return "sudo " + command
}

// Old tells whether the package lists below root have not been refreshed for a
// day, or since the sources changed. A source that cannot be refreshed does not
// make them old: each attempt counts.
func Old(root string, now time.Time) bool {
	// apt-get update writes there even when nothing is new or everything
	// fails.
	tried, err := os.Stat(filepath.Join(root, "var/lib/apt/lists/partial"))
	if err != nil || now.Sub(tried.ModTime()) > maxAge {
		return true
	}
	for _, pattern := range []string{"sources.list", "sources.list.d", "sources.list.d/*"} {
		paths, _ := filepath.Glob(filepath.Join(root, "etc/apt", pattern)) // the patterns are well formed
		for _, path := range paths {
			if source, err := os.Stat(path); err == nil && source.ModTime().After(tried.ModTime()) {
				return true
			}
		}
	}
	return false
}

// SPDX-License-Identifier: Apache-2.0

package cachetest

import (
	"os"
	"testing"
	"time"
)

// Age makes a directory of the cache look unused for an hour.
func Age(t testing.TB, dir string) {
	t.Helper()
	then := time.Now().Add(-time.Hour)
	if err := os.Chtimes(dir, then, then); err != nil {
		t.Fatal(err)
	}
}

// WantUsed checks that a directory of the cache is marked as used a moment ago.
func WantUsed(t testing.TB, dir string) {
	t.Helper()
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if since := time.Since(info.ModTime()); since > time.Minute {
		t.Errorf("%s was last used %v ago", dir, since)
	}
}

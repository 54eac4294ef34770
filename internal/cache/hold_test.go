// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// hold returns the directory of builds with that key.
func hold(t *testing.T, c *Cache, key string) (dir string, unlock func()) {
	t.Helper()
	dir, unlock, err := c.Hold(t.Context(), "builds", key)
	if err != nil {
		t.Fatal(err)
	}
	return dir, unlock
}

func TestHoldExcludes(t *testing.T) {
	c := open(t)
	_, unlock := hold(t, c, "x")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := c.Hold(ctx, "builds", "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second holder: %v", err)
	}
	_, other := hold(t, c, "y")
	other()
	unlock()
	_, again := hold(t, c, "x")
	again()
}

func TestHoldRefusesPaths(t *testing.T) {
	c := open(t)
	for _, key := range []string{"", "../x", "a/b", ".hidden"} {
		if _, _, err := c.Hold(t.Context(), "builds", key); err == nil {
			t.Errorf("%q was accepted", key)
		}
	}
}

// What is held, or was marked, stays while its user is there.
func TestHeldAndMarkedAreBusy(t *testing.T) {
	c := open(t)
	if _, err := Open(c.Root(), nil); err != nil { // another user
		t.Fatal(err)
	}
	for _, key := range []string{"idle", "held", "marked"} {
		dir, unlock := hold(t, c, key)
		unlock()
		age(t, dir, time.Hour)
	}
	list := usage(t, c) // before the use
	_, unlock := hold(t, c, "held")
	defer unlock()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(c.in("builds", "marked"), link); err != nil {
		t.Fatal(err)
	}
	c.Mark(link)
	if _, err := c.RemoveAll(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"held", "marked"}, ls(t, c.in("builds"))); diff != "" {
		t.Error(diff)
	}
}

func TestMarkIgnoresOtherPaths(t *testing.T) {
	c := open(t)
	dir, unlock := hold(t, c, "x")
	defer unlock()
	age(t, dir, time.Hour)
	for _, path := range []string{"", "/", t.TempDir(), c.Root(), c.in("builds"), c.in("builds", "absent")} {
		c.Mark(path)
	}
	if used := usage(t, c)[0].Used; time.Since(used) < time.Minute {
		t.Errorf("used at %v", used)
	}
}

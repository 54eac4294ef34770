// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// keepOne keeps a directory; asked tells whether that was asked for.
func keepOne(t *testing.T, c *Cache, asked bool) string {
	t.Helper()
	dir, release, err := c.Temp("run")
	if err != nil {
		t.Fatal(err)
	}
	leave(t, dir, "console.log")
	if err := c.Keep(dir, asked); err != nil {
		t.Fatal(err)
	}
	release()
	return dir
}

func TestKeptOutlivesReleaseAndOpen(t *testing.T) {
	c := open(t)
	dir := keepOne(t, c, false)
	if _, err := Open(c.Root(), nil); err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(dir)
	if diff := cmp.Diff([]string{name, name + ".kept"}, ls(t, c.in("tmp"))); diff != "" {
		t.Error(diff)
	}
}

// If there are too many, the oldest goes, unless it was asked for.
func TestOldestKeptGoes(t *testing.T) {
	for asked, want := range map[bool]int{false: maxKept, true: maxKept + 1} {
		c := open(t)
		oldest := keepOne(t, c, asked)
		age(t, kept(oldest), time.Hour)
		for range maxKept {
			keepOne(t, c, false)
		}
		if _, err := Open(c.Root(), nil); err != nil {
			t.Fatal(err)
		}
		left := ls(t, c.in("tmp"))
		if len(left) != 2*want || strings.Contains(strings.Join(left, " "), filepath.Base(oldest)) != asked {
			t.Errorf("asked for %v: %d files: %v", asked, len(left), left)
		}
	}
}

// Kept directories are listed with the entries, and removed with them.
func TestKeptCounts(t *testing.T) {
	c := filled(t, "a")
	asked, failed := keepOne(t, c, true), keepOne(t, c, false)
	age(t, kept(failed), 2*time.Hour)
	list := usage(t, c)
	want := []string{"tmp/" + filepath.Base(asked), "kind/a", "tmp/" + filepath.Base(failed)}
	if diff := cmp.Diff(want, names(list)); diff != "" {
		t.Error(diff)
	}
	if !list[0].Asked || list[2].Asked || list[0].Size == 0 {
		t.Errorf("%+v", list)
	}
	if diff := cmp.Diff([]string{"kind/a", want[2]}, names(Excess(list, 0))); diff != "" {
		t.Error("without what was asked for: ", diff)
	}
	if _, err := c.RemoveAll(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	if left := slices.Concat(names(usage(t, c)), ls(t, c.in("tmp"))); len(left) > 0 {
		t.Error(left)
	}
}

// A directory in use is not a kept one, and is not removed as one.
func TestLivingIsNotKept(t *testing.T) {
	c := open(t)
	dir, release, err := c.Temp("run")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if list := usage(t, c); len(list) > 0 {
		t.Error(list)
	}
	if err := c.removeKept(filepath.Base(dir)); err != nil || !exists(dir) {
		t.Errorf("it is gone, or %v", err)
	}
}

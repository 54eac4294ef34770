// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// filled returns a cache with entries of 100 KB, the first of them used most
// recently.
func filled(t *testing.T, names ...string) *Cache {
	t.Helper()
	c, err := Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		dir, err := c.Entry(t.Context(), "kind", name, func(_ context.Context, dir string) error {
			return os.WriteFile(filepath.Join(dir, "data"), make([]byte, 100<<10), 0o600)
		})
		if err != nil {
			t.Fatal(err)
		}
		used := time.Now().Add(-time.Duration(i+1) * time.Hour)
		if err := os.Chtimes(dir, used, used); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func names(list []Usage) (names []string) {
	for _, u := range list {
		names = append(names, u.String())
	}
	return names
}

func usage(t *testing.T, c *Cache) []Usage {
	t.Helper()
	list, err := c.Usage()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestDescribe: no seal covers a description, and a long one is cut.
func TestDescribe(t *testing.T) {
	c := filled(t, "a", "b")
	long := strings.Repeat("x", 2*maxAbout)
	if err := Describe(c.in("kind", "b"), long); err != nil {
		t.Fatal(err)
	}
	for _, u := range usage(t, c) {
		if want := map[string]string{"b": long[:maxAbout]}[u.Key]; u.About != want {
			t.Errorf("%s is of %q, want %q", u, u.About, want)
		}
	}
	if err := Check(c.in("kind", "b")); err != nil {
		t.Error(err)
	}
}

func TestUsageListsTheLatestUsedFirst(t *testing.T) {
	c := filled(t, "a", "b", "c")
	list := usage(t, c)
	if diff := cmp.Diff([]string{"kind/a", "kind/b", "kind/c"}, names(list)); diff != "" {
		t.Error(diff)
	}
	for _, u := range list {
		if u.Size < 100<<10 || u.Size > 120<<10 {
			t.Errorf("%s takes %d bytes", u, u.Size)
		}
	}
	if _, err := c.Entry(t.Context(), "kind", "c", nil); err != nil {
		t.Fatal(err)
	}
	if got := names(usage(t, c))[0]; got != "kind/c" {
		t.Errorf("the entry used last is %s", got)
	}
}

func TestLookupMarksAsUsed(t *testing.T) {
	c := filled(t, "a", "b", "c")
	if dir, ok := c.Lookup("kind", "b"); !ok || dir != filepath.Join(c.Root(), "kind", "b") {
		t.Errorf("%s, %v", dir, ok)
	}
	for _, name := range []string{"absent", "../kind/a", "..", ""} {
		if dir, ok := c.Lookup("kind", name); ok {
			t.Errorf("%q is %s", name, dir)
		}
	}
	if diff := cmp.Diff([]string{"kind/b", "kind/a", "kind/c"}, names(usage(t, c))); diff != "" {
		t.Error(diff)
	}
}

func TestUsageCountsBlocksNotHoles(t *testing.T) {
	c := filled(t)
	_, err := c.Entry(t.Context(), "kind", "sparse", func(_ context.Context, dir string) error {
		path := filepath.Join(dir, "memory")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			return err
		}
		return os.Truncate(path, 1<<30)
	})
	if err != nil {
		t.Fatal(err)
	}
	if list := usage(t, c); list[0].Size > 1<<20 {
		t.Errorf("a hole takes %d bytes", list[0].Size)
	}
}

func TestExcess(t *testing.T) {
	list := []Usage{{Key: "a", Size: 5}, {Key: "b", Size: 5}, {Key: "c", Size: 5}}
	for max, want := range map[int64]int{15: 0, 14: 1, 10: 1, 9: 2, 0: 3} {
		if got := len(Excess(list, max)); got != want {
			t.Errorf("Excess(%d) = %d entries, want %d", max, got, want)
		}
	}
	list[1].Asked = true // it counts, and stays
	for max, want := range map[int64]string{15: "[]", 14: "[/c]", 9: "[/a /c]", 0: "[/a /c]"} {
		if got := fmt.Sprint(Excess(list, max)); got != want {
			t.Errorf("Excess(%d) = %s, want %s", max, got, want)
		}
	}
}

func TestRemoveAll(t *testing.T) {
	c := filled(t, "a", "b", "c")
	if stay, err := c.RemoveAll(t.Context(), usage(t, c)[1:]); err != nil || stay != nil {
		t.Fatal(stay, err)
	}
	if diff := cmp.Diff([]string{"kind/a"}, names(usage(t, c))); diff != "" {
		t.Error(diff)
	}
	left, err := os.ReadDir(c.in("tmp"))
	if err != nil || len(left) != 0 {
		t.Errorf("left in tmp: %v, %v", left, err)
	}
}

// While another user is present, only entries that were not used since the first
// present user came are removed.
func TestRemoveUnderAnotherUser(t *testing.T) {
	c := filled(t, "a", "b")
	other, err := Open(c.Root(), nil)
	if err != nil {
		t.Fatal(err)
	}
	age(t, c.in("kind", "a"), -time.Second)
	age(t, c.in("kind", "b"), time.Hour)
	for _, want := range [][]string{{"kind/a"}, {"kind/a"}} { // the refusal changes nothing
		stay, err := c.RemoveAll(t.Context(), usage(t, c))
		if d := cmp.Diff(want, names(stay)); d != "" || err != nil {
			t.Fatal(d, err)
		}
	}
	if err := other.users.Close(); err != nil { // as when its process ends
		t.Fatal(err)
	}
	if stay, err := c.RemoveAll(t.Context(), usage(t, c)); err != nil || stay != nil {
		t.Fatal(stay, err)
	}
}

// What is used after it was listed stays.
func TestRemoveOfWhatIsUsedMeanwhile(t *testing.T) {
	c := filled(t, "a", "b")
	other, err := Open(c.Root(), nil)
	if err != nil {
		t.Fatal(err)
	}
	list := usage(t, c)
	if _, ok := other.Lookup("kind", "a"); !ok {
		t.Fatal("it is not there")
	}
	if stay, err := c.RemoveAll(t.Context(), list); err != nil || len(stay) != 1 || stay[0].Key != "a" {
		t.Error(stay, err)
	}
	if diff := cmp.Diff([]string{"a"}, ls(t, c.in("kind"))); diff != "" {
		t.Error(diff)
	}
}

// A user that comes later does not make those before it look idle.
func TestFirstUserCounts(t *testing.T) {
	c := filled(t, "a")
	then := time.Now().Add(-time.Hour)
	if err := os.Chtimes(c.users.Name(), then, then); err != nil { // it came then
		t.Fatal(err)
	}
	age(t, c.in("kind", "a"), time.Minute)
	later, err := Open(c.Root(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if stay, err := later.RemoveAll(t.Context(), usage(t, c)); err != nil || len(stay) != 1 {
		t.Fatal(stay, err)
	}
}

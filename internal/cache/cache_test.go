// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

func open(t *testing.T) *Cache {
	t.Helper()
	c, err := Open(filepath.Join(t.TempDir(), "klptest"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fillWith makes an entry of one file.
func fillWith(text string) func(context.Context, string) error {
	return func(_ context.Context, dir string) error {
		return os.WriteFile(filepath.Join(dir, "file"), []byte(text), 0o600)
	}
}

func neverFill(t *testing.T) func(context.Context, string) error {
	return func(context.Context, string) error {
		t.Error("an entry that is there is filled again")
		return nil
	}
}

func ls(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func wantNoTemp(t *testing.T, c *Cache) {
	t.Helper()
	if left := ls(t, c.in("tmp")); len(left) != 0 {
		t.Errorf("left in tmp: %v", left)
	}
}

func TestEntryIsFilledOnce(t *testing.T) {
	c := open(t)
	dir, err := c.Entry(t.Context(), "kernels", "a-1", fillWith("one"))
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(c.Root(), "kernels", "a-1"); dir != want {
		t.Errorf("entry is %s, want %s", dir, want)
	}
	again, err := c.Entry(t.Context(), "kernels", "a-1", neverFill(t))
	if err != nil || again != dir {
		t.Errorf("second time: %q, %v", again, err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "file")); string(got) != "one" {
		t.Errorf("contents %q", got)
	}
	wantNoTemp(t, c)
}

func TestEntryWhoseFillFails(t *testing.T) {
	c := open(t)
	boom := errors.New("boom")
	dir, err := c.Entry(t.Context(), "k", "a", func(ctx context.Context, dir string) error {
		return errors.Join(fillWith("half")(ctx, dir), boom)
	})
	if !errors.Is(err, boom) || dir != "" {
		t.Errorf("got %q, %v", dir, err)
	}
	if exists(c.in("k", "a")) {
		t.Error("a failed fill is published")
	}
	wantNoTemp(t, c)
	if _, err := c.Entry(t.Context(), "k", "a", fillWith("whole")); err != nil {
		t.Errorf("retry: %v", err)
	}
}

func TestEntryInsideAFill(t *testing.T) {
	c := open(t)
	_, err := c.Entry(t.Context(), "a", "b-c", func(ctx context.Context, _ string) error {
		_, err := c.Entry(ctx, "a-b", "c", fillWith("inner"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNamesThatLeaveTheDirectory(t *testing.T) {
	c := open(t)
	for _, name := range []string{"", ".", "..", "../x", "a/b", "/etc", "a/", ".hidden"} {
		if _, err := c.Entry(t.Context(), "k", name, neverFill(t)); err == nil {
			t.Errorf("key %q is accepted", name)
		}
		if _, err := c.Entry(t.Context(), name, "k", neverFill(t)); err == nil {
			t.Errorf("kind %q is accepted", name)
		}
		if err := c.Remove(t.Context(), "k", name); err == nil {
			t.Errorf("Remove of key %q is accepted", name)
		}
		if _, _, err := c.Temp(name); err == nil {
			t.Errorf("temporary name %q is accepted", name)
		}
	}
	for _, kind := range []string{"tmp", "locks"} {
		if _, err := c.Entry(t.Context(), kind, "k", neverFill(t)); err == nil {
			t.Errorf("kind %q would collide with the cache's own", kind)
		}
	}
}

func TestWaitEndsWithContext(t *testing.T) {
	defer goleak.VerifyNone(t)
	c := open(t)
	unlock, err := c.lockEntry(t.Context(), "k", "a")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = c.Entry(ctx, "k", "a", neverFill(t))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "locks/k/a") {
		t.Errorf("got %v", err)
	}
}

func TestWaiterTakesWhatTheHolderMade(t *testing.T) {
	c := open(t)
	begun, finish := make(chan bool), make(chan bool)
	first := make(chan error, 1)
	go func() {
		_, err := c.Entry(t.Context(), "k", "a", func(ctx context.Context, dir string) error {
			close(begun)
			<-finish
			return fillWith("first")(ctx, dir)
		})
		first <- err
	}()
	<-begun
	second := make(chan error, 1)
	go func() {
		_, err := c.Entry(t.Context(), "k", "a", neverFill(t))
		second <- err
	}()
	close(finish)
	if err := errors.Join(<-first, <-second); err != nil {
		t.Fatal(err)
	}
}

func TestRemove(t *testing.T) {
	c := open(t)
	if _, err := c.Entry(t.Context(), "k", "a", fillWith("x")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to remove, which is no error
		if err := c.Remove(t.Context(), "k", "a"); err != nil {
			t.Fatal(err)
		}
	}
	if exists(c.in("k", "a")) {
		t.Error("still there")
	}
	wantNoTemp(t, c)
}

func TestEntries(t *testing.T) {
	c := open(t)
	if got, err := c.Entries("k"); err != nil || len(got) != 0 {
		t.Errorf("of nothing: %v, %v", got, err)
	}
	for _, key := range []string{"b", "a"} {
		if _, err := c.Entry(t.Context(), "k", key, fillWith("x")); err != nil {
			t.Fatal(err)
		}
	}
	got, err := c.Entries("k")
	if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" || err != nil {
		t.Errorf("%s%v", diff, err)
	}
}

func TestTempIsPrivateAndGoes(t *testing.T) {
	c := open(t)
	dir, release, err := c.Temp("work")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := Open(c.Root(), nil); err != nil {
		t.Fatal(err)
	}
	if !exists(dir) {
		t.Error("swept while in use")
	}
	release()
	wantNoTemp(t, c)
}

// asNobody runs f without root's right to write everywhere: only this thread
// makes its file system calls as another user.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
	if err := unix.Setfsuid(65534); err != nil {
		t.Skip(err)
	}
	f()
	if err := unix.Setfsuid(os.Getuid()); err != nil {
		t.Fatal(err)
	}
}

func TestOpenOfReadOnlyRoot(t *testing.T) {
	root := filepath.Join(t.TempDir(), "ro")
	if _, err := Open(root, nil); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Join(root, "new"), root} {
		var c *Cache
		var err error
		asNobody(t, func() { c, err = Open(dir, nil) })
		var typed *blame.Error
		if c != nil || !errors.As(err, &typed) || !strings.Contains(typed.Advice, "XDG_CACHE_HOME") {
			t.Errorf("Open(%s) = %v, %v", dir, c, err)
		}
	}
}

func TestOpenWhereAFileIs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, nil); err == nil || !strings.Contains(err.Error(), "cannot write to the cache") {
		t.Errorf("got %v", err)
	}
}

func TestDefault(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "/somewhere")
	if got, err := Default(); got != "/somewhere/klptest" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if _, err := Default(); blame.Of(err) != blame.User {
		t.Errorf("got %v", err)
	}
}

func age(t *testing.T, path string, by time.Duration) {
	t.Helper()
	then := time.Now().Add(-by)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bufio"
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest/rootfs"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
)

// fakeKmemleak makes a kmemleak file that is a FIFO, from which words reads
// what was written. A test replaces it by a file when it is to be read.
func fakeKmemleak(t *testing.T, l *kmemleak) (words func() []string) {
	t.Helper()
	rootfstest.Put(t, l.files, kmemleakFile, "")
	path := l.files.Path(kmemleakFile)
	os.Remove(path)
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return func() (list []string) {
		if _, err := f.WriteString("\n"); err != nil { // the end up to which it reads
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(f); lines.Scan() && lines.Text() != ""; {
			list = append(list, lines.Text())
		}
		return list
	}
}

func TestLeaksAreForgottenAtBegin(t *testing.T) {
	l := &kmemleak{files: rootfs.Tree(t.TempDir())}
	words := fakeKmemleak(t, l)
	if err := l.begin(); err != nil || !l.on {
		t.Fatal(err, l.on)
	}
	if diff := cmp.Diff([]string{"scan", "scan", "clear"}, words()); diff != "" {
		t.Error(diff)
	}
	l.age = time.Millisecond
	if text, err := l.end(t.Context()); err != nil || text != "scan\nscan" { // what it was told is what the FIFO has
		t.Errorf("%q %v", text, err)
	}
	for _, want := range [][]string{{"clear"}, {"scan", "scan", "clear"}} { // the second time, no end came before
		next := &kmemleak{files: l.files} // of another session
		if err := next.begin(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, words()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestLeaksWithoutKmemleak(t *testing.T) {
	l := &kmemleak{files: rootfs.Tree(t.TempDir()), age: time.Hour}
	if err := l.begin(); err != nil {
		t.Error(err)
	}
	if text, err := l.end(t.Context()); text != "" || err != nil {
		t.Errorf("%q %v", text, err)
	}
}

func TestLeaksEndWaits(t *testing.T) {
	l := &kmemleak{files: rootfs.Tree(t.TempDir()), age: time.Hour, on: true}
	rootfstest.Put(t, l.files, kmemleakFile, "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.end(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A kmemleak that vanishes while a case runs does not show that nothing leaked.
func TestLeaksLost(t *testing.T) {
	l := &kmemleak{files: rootfs.Tree(t.TempDir()), on: true}
	if _, err := l.end(t.Context()); err == nil {
		t.Error("no error")
	}
}

func TestEndTellsLeaks(t *testing.T) {
	a, _ := newGuest(t)
	rootfstest.Put(t, a.files, kmemleakFile, "")
	a.leaks.age = 0
	if err := a.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := a.End(t.Context())
	if err != nil || got.Leaks != "scan" { // the last that was written
		t.Errorf("%q %v", got.Leaks, err)
	}
}

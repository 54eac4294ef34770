// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// sparse returns a file of that size in which only those pages are written.
func sparse(t testing.TB, dir string, size int64, pages map[int64][]byte) *os.File {
	t.Helper()
	f, err := os.CreateTemp(dir, "sparse")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	for at, data := range pages {
		if _, err := f.WriteAt(data, at); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func sumOf(t testing.TB, f *os.File) uint32 {
	t.Helper()
	sum, err := dataSum(f)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// TestDataSumSeesContentsOnly checks that it makes no difference whether zeros
// are holes or stored, and that anything else does.
func TestDataSumSeesContentsOnly(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.Int64Range(1, 3*sumBlock).Draw(rt, "size")
		at := rapid.Int64Range(0, size-1).Draw(rt, "at")
		other := rapid.Int64Range(0, size-1).Draw(rt, "other")
		zeros := rapid.Int64Range(0, size-1).Draw(rt, "zeros")
		value := rapid.ByteRange(1, 255).Draw(rt, "value")
		want := sparse(t, dir, size, map[int64][]byte{at: {value}})
		stored := sparse(t, dir, size, map[int64][]byte{zeros: make([]byte, min(size-zeros, 2*sumPage))})
		defer want.Close()
		defer stored.Close()
		if _, err := stored.WriteAt([]byte{value}, at); err != nil {
			rt.Fatal(err)
		}
		if sumOf(t, want) != sumOf(t, stored) {
			rt.Error("stored zeros count")
		}
		if other != at {
			if _, err := stored.WriteAt([]byte{1}, other); err != nil {
				rt.Fatal(err)
			}
		} else if _, err := stored.WriteAt([]byte{value ^ 1}, at); err != nil {
			rt.Fatal(err)
		}
		if sumOf(t, want) == sumOf(t, stored) {
			rt.Error("a changed byte does not count")
		}
	})
}

// TestDataSumSeesPlaces checks that the same page elsewhere has another sum.
func TestDataSumSeesPlaces(t *testing.T) {
	dir, page := t.TempDir(), []byte("the same everywhere")
	seen := make(map[uint32]int64)
	for at := int64(0); at < 4*sumBlock; at += sumPage {
		f := sparse(t, dir, 4*sumBlock, map[int64][]byte{at: page})
		sum := sumOf(t, f)
		f.Close()
		if other, ok := seen[sum]; ok {
			t.Errorf("at %d as at %d", at, other)
		}
		seen[sum] = at
	}
}

func TestDataSumFails(t *testing.T) {
	f := sparse(t, t.TempDir(), 1, nil)
	f.Close()
	if _, err := dataSum(f); err == nil {
		t.Error("a closed file has a sum")
	}
	dir, err := os.Open(filepath.Dir(f.Name()))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if _, err := dataSum(dir); err == nil {
		t.Error("a directory has a sum")
	}
}

func BenchmarkDataSum(b *testing.B) {
	f := sparse(b, b.TempDir(), 512<<20, nil)
	defer f.Close()
	data := make([]byte, 85<<20)
	for i := range data {
		data[i] = byte(i * i >> 5)
	}
	if _, err := f.WriteAt(data, 100<<20); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		sumOf(b, f)
	}
}

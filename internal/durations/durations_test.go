// SPDX-License-Identifier: Apache-2.0

package durations

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/filetest"
)

type took = map[string]time.Duration

func write(t *testing.T, file, at string, d took) {
	t.Helper()
	if err := Write(file, at, d); err != nil {
		t.Fatal(err)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "durations.json")
	write(t, file, "6.12 tcg", took{"a": time.Second, "b": 1500 * time.Millisecond})
	write(t, file, "6.1 tcg", took{"a": 9 * time.Second})
	write(t, file, "6.12 tcg", took{"a": 2 * time.Second})
	if d := cmp.Diff(took{"a": 2 * time.Second, "b": 1500 * time.Millisecond}, Read(file, "6.12 tcg")); d != "" {
		t.Error(d)
	}
	if got := Read(file, "6.1 kvm"); len(got) > 0 {
		t.Errorf("%v", got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("other files stay: %v", left)
	}
}

// TestBounded: the file does not grow, and the places used last stay.
func TestBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "durations.json")
	many := took{}
	for i := range 2 * maxTests {
		many[fmt.Sprint("case-", i)] = time.Second
	}
	for i := range 2 * maxPlace {
		write(t, file, fmt.Sprint("kernel-", i), many)
	}
	if n := len(Read(file, fmt.Sprint("kernel-", 2*maxPlace-1))); n != maxTests {
		t.Errorf("%d tests", n)
	}
	if n := len(load(file)); n != maxPlace {
		t.Errorf("%d places", n)
	}
	if info, err := os.Stat(file); err != nil || info.Size() > maxFile/4 {
		t.Errorf("%v, %v", info.Size(), err)
	}
}

// TestDamaged: a damaged file counts as a missing one.
func TestDamaged(t *testing.T) {
	for _, text := range []string{"", "{}", "[{}]", "null", `[{"name":"k"}]`, `[{"name":"k","seconds":{"a":-1,"b":1e300}}]`, "[", "\x00"} {
		file := filepath.Join(t.TempDir(), "durations.json")
		filetest.Put(t, file, text)
		if got := Read(file, "k"); len(got) > 0 {
			t.Errorf("%q: %v", text, got)
		}
		write(t, file, "k", took{"a": time.Second})
		if got := Read(file, "k"); got["a"] != time.Second {
			t.Errorf("%q: %v", text, got)
		}
	}
}

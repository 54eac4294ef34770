// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/filetest"
)

// TestRemoveWhatStays: cache rm fails if it does not remove what it should. Pruning goes
// only as far as is possible.
func TestRemoveWhatStays(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", home)
	root := filepath.Join(home, "klptest")
	other, err := cache.Open(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.KeepAlive(other) // closed by the garbage collector, it would be no user
	filetest.Put(t, filepath.Join(root, "kernels", "a", "file"), "x")
	stays := "klptest: kernels/a stays: another klptest may be using it\n"
	for words, want := range map[string]struct {
		status int
		said   string
	}{
		"cache rm kernels/a":         {exit.Error, stays + "klptest: 1 of 1 entry stayed\ntry again when no other klptest runs\n"},
		"cache rm --all":             {exit.Error, stays + "klptest: 1 of 1 entry stayed\ntry again when no other klptest runs\n"},
		"cache prune --max-size 0":   {exit.Passed, stays},
		"cache prune --max-size 10G": {exit.Passed, ""},
	} {
		var out, said bytes.Buffer
		if got := run(t.Context(), strings.Fields(words), streams{strings.NewReader(""), &out, &said}); got != want.status || said.String() != want.said || !strings.HasPrefix(out.String(), "removed 0 entries, ") {
			t.Errorf("%s: status %d, %q, %q", words, got, out.String(), said.String())
		}
	}
}

func TestAnotherKlptest(t *testing.T) {
	for want, pids := range map[string][]int{"another klptest": nil, "another klptest (process 7)": {7}, "another klptest (processes 7, 8)": {7, 8}} {
		if got := anotherKlptest(pids); got != want {
			t.Errorf("%v: %s", pids, got)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPictures checks that each picture in docs is what the command draws.
func TestPictures(t *testing.T) {
	paths, err := filepath.Glob(top + "docs/pictures/*.svg")
	if err != nil || len(paths) < 3 {
		t.Fatalf("%d pictures, %v", len(paths), err)
	}
	for _, path := range paths {
		var out bytes.Buffer
		a := &app{streams: streams{out: &out}}
		if err := a.showTimeline(t.Context(), strings.TrimSuffix(filepath.Base(path), ".svg"), "6.12"); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, out.Bytes()) {
			t.Errorf("%s is out of date: make docs (%v)", path, err)
		}
	}
}

// TestShowRefuses: no flag is ignored.
func TestShowRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.klpbundle")
	putBundle(t, path)
	for words, want := range map[string]string{
		path + " --timeline":                   "klptest: --timeline draws a case, and " + path + " is a bundle\nklptest show " + path + " --part case.txtar | klptest show --timeline -\n",
		path + " --timeline --part case.txtar": "--timeline and --part exclude each other",
		"state-add --release 6.1":              "--release says nothing without --timeline",
	} {
		var shown, said bytes.Buffer
		status := run(t.Context(), append([]string{"show"}, strings.Fields(words)...), streams{strings.NewReader(""), &shown, &said})
		if status != 2 || shown.Len() > 0 || !strings.Contains(said.String(), want) {
			t.Errorf("%s: status %d, %s", words, status, said.String())
		}
	}
}

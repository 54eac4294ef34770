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

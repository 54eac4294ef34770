// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/kselftests"
	"github.com/klptest/klptest/internal/lab"
	"github.com/klptest/klptest/internal/rig"
)

// TestScriptsBeside checks that selftests replace the cases only if none is named.
func TestScriptsBeside(t *testing.T) {
	for _, tt := range []struct {
		scripts scripts
		words   []string
		some    bool
	}{
		{nil, nil, true},
		{nil, []string{"state-add"}, true},
		{scripts{"state"}, nil, false},
		{scripts{"state"}, []string{"state-add"}, true},
	} {
		list, err := tt.scripts.beside(tt.words)
		if err != nil || (len(list) > 0) != tt.some {
			t.Errorf("%q beside %q: %d cases, %v", tt.words, tt.scripts, len(list), err)
		}
	}
	if _, err := (scripts{"state"}).beside([]string{"no-such-case"}); err == nil {
		t.Error("no error for a case that is not there")
	}
}

// TestMisspeltScript checks that a misspelt script is an error at once, but not one that
// a patch may add.
func TestMisspeltScript(t *testing.T) {
	if _, err := (scripts{"all", "state", "test-new.sh"}).beside(nil); err != nil {
		t.Error(err)
	}
	_, err := scripts{"stat"}.beside(nil)
	if err == nil || blame.Of(err) != blame.User || !strings.Contains(err.Error(), "state") {
		t.Errorf("stat: %v", err)
	}
}

// TestScriptsOfASource checks that each source has its own scripts, and that a missing
// script is not an error of the rig.
func TestScriptsOfASource(t *testing.T) {
	source := t.TempDir()
	dir := filepath.Join(source, kselftests.Dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"test-state.sh", "test-sysfs.sh"} {
		filetest.Put(t, filepath.Join(dir, name), "#!/bin/bash\n")
	}
	view := t.TempDir() // like a workshop's
	if err := os.Symlink(filepath.Join(source, "tools"), filepath.Join(view, "tools")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		scripts scripts
		source  string
		want    []string
		fails   bool
	}{
		{scripts{"all"}, source, []string{"test-state.sh", "test-sysfs.sh"}, false},
		{scripts{"state"}, view, []string{"test-state.sh"}, false},
		{scripts{"sysfs"}, source, []string{"test-sysfs.sh"}, false},
		{scripts{"syscall"}, source, nil, true},
		{scripts{"all"}, t.TempDir(), nil, true},
	} {
		r, err := tt.scripts.with(lab.Runner{})
		if err != nil || r.Selftests.Options.Guests != rig.Cloned || len(r.Selftests.Options.World) == 0 {
			t.Fatalf("%q: %+v, %v", tt.scripts, r.Selftests, err)
		}
		tests, err := r.Selftests.Load(t.Context(), tt.source)
		var names []string
		for _, test := range tests {
			names = append(names, test.Name())
		}
		if !slices.Equal(names, tt.want) || (err != nil) != tt.fails || err != nil && blame.Of(err) != blame.User {
			t.Errorf("%q: %q, %v", tt.scripts, names, err)
		}
	}
	if r, err := (scripts{}).with(lab.Runner{}); r.Selftests != nil || err != nil {
		t.Errorf("without scripts: %+v, %v", r.Selftests, err)
	}
}

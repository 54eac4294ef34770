// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/kselftests"
)

// TestSelftestsOf: each source has its own scripts, and one that lacks a script is no
// fault of the rig's.
func TestSelftestsOf(t *testing.T) {
	source := t.TempDir()
	dir := filepath.Join(source, kselftests.Dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"test-state.sh", "test-sysfs.sh"} {
		filetest.Put(t, filepath.Join(dir, name), "#!/bin/bash\n")
	}
	for _, tt := range []struct {
		selftests *Selftests
		source    string
		want      []string
		fails     bool
	}{
		{nil, source, nil, false},
		{nil, t.TempDir(), nil, false},
		{&Selftests{}, source, []string{"test-state.sh", "test-sysfs.sh"}, false},
		{&Selftests{Scripts: []string{"sysfs"}}, source, []string{"test-sysfs.sh"}, false},
		{&Selftests{Scripts: []string{"syscall"}}, source, nil, true},
		{&Selftests{}, t.TempDir(), nil, true},
	} {
		tests, err := Runner{Selftests: tt.selftests}.selftestsOf(t.Context(), tt.source)
		var names []string
		for _, test := range tests {
			names = append(names, test.Name())
		}
		if !slices.Equal(names, tt.want) || (err != nil) != tt.fails || err != nil && blame.Of(err) != blame.User {
			t.Errorf("%+v: %q, %v", tt.selftests, names, err)
		}
	}
}

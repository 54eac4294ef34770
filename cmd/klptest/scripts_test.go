// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestScriptsBeside: selftests replace the cases that nobody has named, and no others.
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

func TestScriptsOfSelftests(t *testing.T) {
	if s, err := (scripts{}).selftests(); s != nil || err != nil {
		t.Errorf("without scripts: %v, %v", s, err)
	}
	for _, tt := range []struct{ given, want scripts }{
		{scripts{"state", "callbacks"}, scripts{"state", "callbacks"}},
		{scripts{"all"}, nil},
	} {
		s, err := tt.given.selftests()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string(tt.want), s.Scripts); diff != "" || s.Limit != scriptLimit || len(s.World) == 0 {
			t.Errorf("%q: limit %v, %d programs\n%s", tt.given, s.Limit, len(s.World), diff)
		}
	}
}

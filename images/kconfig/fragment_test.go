// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

func TestFragments(t *testing.T) {
	mine := filepath.Join(t.TempDir(), "my.config")
	filetest.Put(t, mine, "CONFIG_MINE=y\n")
	for _, test := range []struct {
		kind  Kind
		files []string
		want  []string
	}{
		{Kind{}, nil, []string{"base.config"}},
		{Kind{Debug: true}, []string{mine}, []string{"base.config", "debug.config", mine}},
		{Kind{Image: true}, nil, []string{"base.config", "image.config"}},
		{Kind{LLVM: true}, []string{mine}, []string{"base.config", "llvm.config", mine}},
	} {
		list, err := Fragments(test.kind, test.files)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range list {
			names = append(names, f.Name)
			if !strings.Contains(Join(list), "\n"+f.Text) {
				t.Errorf("%s is not joined", f.Name)
			}
		}
		if !slices.Equal(names, test.want) {
			t.Errorf("fragments are %v", names)
		}
	}
}

func TestFragmentThatIsNotThere(t *testing.T) {
	if _, err := Fragments(Kind{}, []string{"/nonexistent"}); blame.Of(err) != blame.User {
		t.Errorf("error is %v", err)
	}
}

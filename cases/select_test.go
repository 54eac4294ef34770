// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

func named(names ...string) []*casefile.Case {
	var list []*casefile.Case
	for _, n := range names {
		list = append(list, &casefile.Case{Name: n})
	}
	return list
}

func TestSelect(t *testing.T) {
	all := named("data-take", "state-add", "state-lower", "state-take")
	tests := []struct {
		patterns []string
		want     []string
	}{
		{nil, []string{"data-take", "state-add", "state-lower", "state-take"}},
		{[]string{"state-take", "state-add"}, []string{"state-add", "state-take"}},
		{[]string{"state-*", "state-add"}, []string{"state-add", "state-lower", "state-take"}},
		{[]string{"*-take"}, []string{"data-take", "state-take"}},
		{[]string{"[ds]*-[at]*"}, []string{"data-take", "state-add", "state-take"}},
	}
	for _, test := range tests {
		list, err := Select(all, test.patterns)
		if err != nil {
			t.Errorf("%q: %v", test.patterns, err)
		}
		var got []string
		for _, c := range list {
			got = append(got, c.Name)
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%q:\n%s", test.patterns, d)
		}
	}
}

func TestSelectErrors(t *testing.T) {
	all := named("state-add", "state-lower")
	tests := []struct{ pattern, want string }{
		{"state-ad", `no case is called "state-ad" (did you mean state-add?)`},
		{"nothing", `no case is called "nothing"`},
		{"state", `no case is called "state" (did you mean state-*?)`},
		{"sate-*", `no case matches "sate-*" (did you mean state-*?)`},
		{"x\x1b[", `"x\x1b[" is not a pattern: syntax error in pattern`},
		{"data-*", `no case matches "data-*"`},
		{"", `no case is called ""`},
		{"state add", `no case is called "state add" (did you mean state-add?)`},
		{"x\x1b", `no case is called "x\x1b"`},
	}
	for _, test := range tests {
		_, err := Select(all, []string{"state-add", test.pattern})
		if err == nil || err.Error() != test.want || blame.Of(err) != blame.User {
			t.Errorf("%q: %v (%v), want %s", test.pattern, err, blame.Of(err), test.want)
		}
	}
}

func TestShipped(t *testing.T) {
	list, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(ShippedFS(), "*")
	if err != nil || len(files) != len(list) || len(list) == 0 {
		t.Fatalf("%d files, %d cases, %v", len(files), len(list), err)
	}
	if !slices.IsSortedFunc(list, func(a, b *casefile.Case) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted by name")
	}
	for _, c := range list {
		if !slices.Contains(files, c.File) || c.Name+".txtar" != c.File {
			t.Errorf("case %s of file %s", c.Name, c.File)
		}
		if len(c.Covers) == 0 || !strings.HasSuffix(c.Title, ".") {
			t.Errorf("%s: no Covers, or a title that is no sentence", c.File)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

const someScript = "#!/bin/bash\n"

// tree makes files below a new directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		filetest.Put(t, filepath.Join(dir, name), text)
	}
	return dir
}

func read(t *testing.T, dir string) *Suite {
	t.Helper()
	s, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// moduleFiles returns the names of the modules' sources.
func (s *Suite) moduleFiles() (names []string) {
	for _, m := range s.modules {
		names = append(names, m.Name)
	}
	return names
}

func TestReadFake(t *testing.T) {
	s := read(t, "testdata/fake")
	want := []string{"test-fail.sh", "test-skip.sh", "test-hang.sh", "test-panic.sh", "test-splat.sh", "test-pass.sh"}
	if d := cmp.Diff(want, s.Names()); d != "" {
		t.Errorf("scripts (-want +got):\n%s", d)
	}
	if len(s.programs) != 1 || s.programs[0].Name != "helper.c" || s.files["functions.sh"] == nil || s.files["helper.c"] != nil || s.inTree {
		t.Errorf("%d programs, files %v", len(s.programs), slices.Sorted(maps.Keys(s.files)))
	}
	if d := cmp.Diff([]string{"test_klp_fake.c"}, s.moduleFiles()); d != "" {
		t.Errorf("modules (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"what is equal", "what differs", "what comes too late"}, s.Scripts[0].tests()); d != "" {
		t.Errorf("tests (-want +got):\n%s", d)
	}
}

// A source tree and the selftests' directory in it give the same suite, with the
// modules in the tree.
func TestReadTree(t *testing.T) {
	dir := tree(t, map[string]string{
		Dir + "/test-b.sh": someScript, Dir + "/test-a.sh": someScript, Dir + "/functions.sh": "", Dir + "/.hidden": "",
		"lib/livepatch/test_klp_x.c": "", "lib/livepatch/test_klp_x.mod.c": "", "lib/livepatch/Makefile": "",
	})
	for _, at := range []string{dir, filepath.Join(dir, Dir)} {
		s := read(t, at)
		if d := cmp.Diff([]string{"test-a.sh", "test-b.sh"}, s.Names()); d != "" {
			t.Errorf("%s: (-want +got):\n%s", at, d)
		}
		if d := cmp.Diff([]string{"test_klp_x.c"}, s.moduleFiles()); d != "" || !s.inTree || len(s.files) != 3 {
			t.Errorf("%s: in tree: %v, files %v, (-want +got):\n%s", at, s.inTree, slices.Sorted(maps.Keys(s.files)), d)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	out := tree(t, map[string]string{"secret": "x"})
	for name, c := range map[string]struct {
		files map[string]string
		link  string // its name; it leads out of the directory
		want  string
	}{
		"nothing":         {map[string]string{"README": ""}, "", "there are no selftests in"},
		"a link":          {map[string]string{"test-a.sh": someScript}, "test-b.sh", "cannot read"},
		"a link for many": {map[string]string{"test-a.sh": someScript}, moduleDir, "cannot read"},
		"much else":       {map[string]string{"a.log": strings.Repeat("#\n", maxBytes/2+1), "Makefile": "all:\n"}, "", "there are no selftests in"},
		"too much":        {map[string]string{"test-a.sh": strings.Repeat("#\n", maxBytes/2+1)}, "", "has more than 256 files, or 4 MB: too much for selftests"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, c.files)
			if c.link != "" {
				to := filepath.Join(out, "secret")
				if c.link == moduleDir {
					to = out
				}
				if err := os.Symlink(to, filepath.Join(dir, c.link)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := Read(dir); err == nil || blame.Of(err) != blame.User || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "cannot") != strings.Contains(c.want, "cannot") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	if _, err := Read(filepath.Join(out, "none")); blame.Of(err) != blame.User {
		t.Errorf("no directory: %v", err)
	}
}

func TestSelect(t *testing.T) {
	s := read(t, tree(t, map[string]string{
		"Makefile":  "TEST_PROGS_EXTENDED := functions.sh\nTEST_PROGS := \\\n\ttest-z.sh \\\n\ttest-state.sh\nTEST_PROGS += test-a.sh missing.sh\n",
		"test-a.sh": "", "test-state.sh": "", "test-z.sh": "", "functions.sh": "", "mine.sh": "", "settings": "",
	}))
	for args, want := range map[string]string{
		"": "test-z.sh test-state.sh test-a.sh", "state": "test-state.sh", "test-state": "test-state.sh",
		"test-a.sh z": "test-a.sh test-z.sh", "mine": "mine.sh",
	} {
		list, err := s.Select(strings.Fields(args))
		var got []string
		for _, script := range list {
			got = append(got, script.Name)
		}
		if strings.Join(got, " ") != want || err != nil {
			t.Errorf("%q: %q, %v; want %q", args, got, err, want)
		}
	}
	_, err := s.Select([]string{"stat"})
	e, ok := errors.AsType[*blame.Error](err)
	if !ok || e.Party != blame.User || !strings.Contains(err.Error(), "did you mean state?") || !strings.Contains(e.Advice, "test-z.sh") {
		t.Errorf("%v", err)
	}
}

func TestLacking(t *testing.T) {
	s := read(t, tree(t, map[string]string{"test-a.sh": "", "config": "# some\nCONFIG_LIVEPATCH=y\nCONFIG_TEST_LIVEPATCH=m\n"}))
	for _, c := range []struct {
		config map[string]string
		want   string
	}{
		{nil, ""},
		{map[string]string{"LIVEPATCH": "y", "TEST_LIVEPATCH": "m"}, ""},
		{map[string]string{"LIVEPATCH": "y", "TEST_LIVEPATCH": "y"}, ""},
		{map[string]string{"LIVEPATCH": "y"}, "the selftests need CONFIG_TEST_LIVEPATCH=m, which is not set in this kernel"},
		{map[string]string{"LIVEPATCH": "m", "TEST_LIVEPATCH": "m"}, "the selftests need CONFIG_LIVEPATCH=y, which is m in this kernel"},
	} {
		if got := s.lacking(c.config); got != c.want {
			t.Errorf("%v: %q, want %q", c.config, got, c.want)
		}
	}
	s.modules = append(s.modules, kmodsSource) // klptest builds them
	if got := s.lacking(map[string]string{"LIVEPATCH": "y"}); got != "" {
		t.Errorf("with the modules' sources: %q", got)
	}
}

func TestDisturbing(t *testing.T) {
	old := read(t, tree(t, map[string]string{"test-a.sh": "", "functions.sh": `sed 's/^\[[ 0-9.]*\] //'`}))
	mended := read(t, tree(t, map[string]string{"test-a.sh": "", "functions.sh": `sed 's/^\[[ 0-9.]*\] //' | sed 's/^\[[ ]*[CT][0-9]*\] //'`}))
	for _, c := range []struct {
		suite  *Suite
		config map[string]string
		want   string
	}{
		{old, nil, ""},
		{old, map[string]string{"DYNAMIC_DEBUG": "y"}, ""},
		{old, map[string]string{"DEBUG_KOBJECT": "y", "DYNAMIC_DEBUG": "y"}, ""},
		{old, map[string]string{"DEBUG_KOBJECT": "y"}, "CONFIG_DEBUG_KOBJECT "},
		{old, map[string]string{"DEBUG_KOBJECT_RELEASE": "y", "DYNAMIC_DEBUG": "y"}, "CONFIG_DEBUG_KOBJECT_RELEASE "},
		{old, map[string]string{"PRINTK_CALLER": "y"}, "CONFIG_PRINTK_CALLER "},
		{mended, map[string]string{"PRINTK_CALLER": "y"}, ""},
	} {
		if got := c.suite.disturbing(c.config); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%v: %q, want %q", c.config, got, c.want)
		}
	}
}

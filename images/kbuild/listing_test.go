// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/filetest"
)

func link(t *testing.T, to, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

// A source may be a tree of links, or have a linked directory.
func TestStateTellsChangesBehindLinks(t *testing.T) {
	other := makeSource(t, "a.c", "drivers/net/b.c", "scripts/kconfig/conf.c", "drivers/Kconfig", "far/c.c")
	v := newView(t, "Makefile")
	link(t, filepath.Join(other, "a.c"), filepath.Join(v.source, "kernel/a.c"))
	link(t, filepath.Join(other, "drivers"), filepath.Join(v.source, "drivers"))
	link(t, filepath.Join(other, "scripts/kconfig"), filepath.Join(v.source, "scripts/kconfig"))
	link(t, filepath.Join(other, "far"), filepath.Join(other, "drivers/far"))
	mustReset(t, v)
	for name, options := range map[string]bool{
		"a.c": false, "drivers/net/b.c": false, "drivers/net/new.c": false, "far/c.c": false, "drivers/Kconfig": true, "scripts/kconfig/conf.c": true,
	} {
		before := mustState(t, v)
		if again := mustState(t, v); again != before {
			t.Fatal("the state of an unchanged tree changes")
		}
		filetest.Put(t, filepath.Join(other, name), "longer than before, and before")
		after := mustState(t, v)
		if after.all == before.all || (after.options != before.options) != options {
			t.Errorf("%s: %v, was %v", name, after, before)
		}
	}
}

func TestStateTellsWhereLinksLead(t *testing.T) {
	v := newView(t, "Makefile", "a.h", "b.h", "x/c.h", "y/c.h")
	long := time.Now().Add(-time.Hour)
	for _, name := range []string{"a.h", "b.h"} {
		if err := os.Chtimes(filepath.Join(v.source, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[state]string{}
	for _, name := range []string{"a.h", "b.h", "x", "y"} {
		if err := os.RemoveAll(filepath.Join(v.source, "link")); err != nil {
			t.Fatal(err)
		}
		link(t, name, filepath.Join(v.source, "link"))
		s := mustState(t, v)
		if other := seen[s]; other != "" {
			t.Errorf("links to %s and to %s are the same", other, name)
		}
		seen[s] = name
	}
}

// Links may lead round in a circle, or to where much else is.
func TestListingEnds(t *testing.T) {
	other := makeSource(t, "a.c")
	v := newView(t, "Makefile", "kernel/a.c")
	link(t, filepath.Join(other, "round"), filepath.Join(other, "round"))
	link(t, ".", filepath.Join(other, "self"))
	link(t, v.source, filepath.Join(other, "back"))
	link(t, other, filepath.Join(v.source, "other"))
	link(t, "..", filepath.Join(v.source, "kernel/up"))
	link(t, "/", filepath.Join(v.source, "kernel/root"))
	mustReset(t, v)
	_, files, err := v.survey()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.path)
	}
	want := "Makefile kernel/a.c kernel/root kernel/up other other/a.c other/back other/round other/self"
	if got := strings.Join(got, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatIsEditedBehindALinkIsBuilt(t *testing.T) {
	other := makeSource(t, "state.c")
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel)
	link(t, filepath.Join(other, "state.c"), filepath.Join(b.Source, "kernel/livepatch/linked.c"))
	calls(t, b)
	if got := calls(t, b); got != "" {
		t.Errorf("unchanged: %s", got)
	}
	filetest.Put(t, filepath.Join(other, "state.c"), "edited")
	if got := calls(t, b); got != "bzImage" {
		t.Errorf("edited: %s", got)
	}
}

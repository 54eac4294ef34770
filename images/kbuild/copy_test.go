// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/filetest"
)

func TestCopyBuildKeepsTimesAndRenames(t *testing.T) {
	from := newView(t, "Makefile")
	to := newView(t, "Makefile")
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	cmd := filepath.Join(from.build(), "tools/objtool/.check.o.cmd")
	filetest.Put(t, cmd, "cmd := gcc -I"+from.dir+"/tools")
	if err := os.Chtimes(cmd, long, long); err != nil {
		t.Fatal(err)
	}
	if err := copyBuild(t.Context(), from, to); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(to.build(), "tools/objtool/.check.o.cmd")
	if got := readText(t, copied); !strings.Contains(got, to.dir) || strings.Contains(got, from.dir) {
		t.Errorf("the copy says %q", got)
	}
	if info, err := os.Stat(copied); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("time is %v", info.ModTime())
	}
}

func TestCopyThatFailsLeavesNothing(t *testing.T) {
	from, to := newView(t, "Makefile"), newView(t, "Makefile")
	filetest.Put(t, filepath.Join(from.build(), "x.o"), "")
	filetest.Put(t, to.dir+"/cp", "#!/bin/sh\nmkdir \"$4\"; echo no room; exit 1\n")
	t.Setenv("PATH", to.dir+":/usr/bin:/bin")
	err := copyBuild(t.Context(), from, to)
	e, ok := errors.AsType[*blame.Error](err)
	if !ok || e.Party != blame.Rig || e.Tail != "no room\n" {
		t.Errorf("error is %v", err)
	}
	if exists(to.dir, copyDir) || exists(to.dir, "build/x.o") {
		t.Error("half a copy is left")
	}
}

// The program may be killed at any time: until the copy is whole, it does not have the name
// of a build directory, and what was there before is there.
func TestCopyHasItsNameWhenItIsWhole(t *testing.T) {
	from, to := newView(t, "Makefile"), newView(t, "Makefile")
	filetest.Put(t, filepath.Join(from.build(), "vmlinux"), "")
	filetest.Put(t, filepath.Join(to.build(), "old"), "")
	filetest.Put(t, to.dir+"/cp", "#!/bin/sh\n/bin/cp \"$@\"; ls -A '"+to.build()+"' >'"+to.dir+"/.seen'\n")
	t.Setenv("PATH", to.dir+":/usr/bin:/bin")
	if err := copyBuild(t.Context(), from, to); err != nil {
		t.Fatal(err)
	}
	if got := readText(t, to.dir+"/.seen"); got != "old\n" {
		t.Errorf("during the copy there is %q", got)
	}
	if err := cache.Check(to.build()); err != nil || !exists(to.build(), "vmlinux") || exists(to.build(), "old") {
		t.Errorf("the copy is not whole: %v", err)
	}
}

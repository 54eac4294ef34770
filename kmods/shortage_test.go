// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/steady"
)

func TestShortageIsTheRigsFault(t *testing.T) {
	b, k := newBuilder(t, "killed"), newKernel(t, "6.12.1")
	_, err := b.Foreign(t.Context(), k, own)
	f, ok := errors.AsType[Failure](err)
	if !ok || blame.Of(err) != blame.Rig || !strings.HasPrefix(f.Error(), "no memory") || f.Err.Advice == "" || !strings.Contains(f.Log, "Killed") {
		t.Errorf("error is %#v", err)
	}
	if _, err := b.Shipped(t.Context(), k); blame.Of(err) != blame.Rig || !strings.HasPrefix(err.Error(), "no memory") {
		t.Errorf("error is %v", err)
	}
}

// The sandbox limits the memory of each program, whatever the host has.
func TestMemoryLimitIsTheCasesFault(t *testing.T) {
	for log, want := range map[string][2]steady.Shortage{
		"cc1: out of memory allocating 65536 bytes\n":              {steady.Heap, steady.None},
		"gcc: fatal error: Killed signal terminated program cc1\n": {steady.Memory, steady.Memory},
		"ld: final link failed: No space left on device\n":         {steady.Disk, steady.Disk},
	} {
		if got := [2]steady.Shortage{shortage(log, false), shortage(log, true)}; got != want {
			t.Errorf("%q: %v, want %v", log, got, want)
		}
	}
}

func TestShortageInPlace(t *testing.T) {
	for said, want := range map[string]string{
		"gcc: fatal error: Killed signal terminated program cc1\n": "no memory to build modules on the machine\ngive the machine more memory: --memory\n",
		"ld: final link failed: No space left on device\n":         "no room to build modules on the machine\nld: ",
	} {
		b, dir := inSite(t, &site{said: said, status: 2}, true)
		err := b.in(t.Context(), dir)
		f, ok := errors.AsType[Failure](err)
		if !ok || blame.Of(err) != blame.Rig || !strings.HasPrefix(f.Err.Detail(), want) {
			t.Errorf("error is %v", err)
		}
	}
}

func TestShortageOfAProgramsCompiler(t *testing.T) {
	dir := t.TempDir()
	cc := filepath.Join(dir, "cc")
	filetest.Put(t, cc, "#!/bin/sh\necho 'gcc: fatal error: Killed signal terminated program cc1'\nexit 1\n")
	p := userProgram{source: Source{Name: "x.c"}, cc: cc}
	if err := p.build(t.Context(), dir); blame.Of(err) != blame.Rig || !strings.HasPrefix(err.Error(), "no memory to compile x.c") {
		t.Errorf("error is %v", err)
	}
}

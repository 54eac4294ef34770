// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/vm/vmtest"
)

// TestVirtualTime checks that only guests that QEMU emulates have a time of their own, and
// that a person's clones fit the same template.
func TestVirtualTime(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spec  Spec
		accel Accel
		want  string // of -icount
	}{
		{"tests", Spec{VirtualTime: true}, TCG, "shift=2,sleep=off"},
		{"a person", Spec{VirtualTime: true, Interactive: true}, TCG, "shift=2,sleep=on"},
		{"the host's", Spec{}, TCG, ""},
		{"KVM", Spec{VirtualTime: true}, KVM, ""},
		{"a disk", Spec{VirtualTime: true, Disk: "disk"}, TCG, ""},
		{"two processors", Spec{VirtualTime: true, CPUs: 2}, TCG, ""},
	} {
		for _, args := range [][]string{tt.spec.withDefaults().args(tt.accel), tt.spec.withDefaults().cloneArgs(tt.accel)} {
			got := ""
			if i := slices.Index(args, "-icount"); i >= 0 {
				got = args[i+1]
			}
			if got != tt.want {
				t.Errorf("%s: -icount %q, want %q", tt.name, got, tt.want)
			}
		}
		if line := tt.spec.withDefaults().commandLine(tt.accel); strings.Contains(line, "icount") {
			t.Errorf("%s: a person copies %s", tt.name, line)
		}
	}
	spec := fakeSpec(t, vmtest.Script{})
	id := func(virtual, interactive bool) string {
		spec.VirtualTime, spec.Interactive, spec.Accel = virtual, interactive, TCG
		id, err := spec.TemplateID("key")
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	if id(true, false) != id(true, true) || id(true, false) == id(false, false) {
		t.Error("templates are not told apart by what they depend on")
	}
}

// TestHold checks that a guest whose time is virtual is paused once it is not held, and
// continues for the next holder.
func TestHold(t *testing.T) {
	commands := filepath.Join(t.TempDir(), "commands")
	spec := templateSpec(t, vmtest.Script{Commands: commands})
	spec.VirtualTime = true
	snapshot(t, spec)
	v := cloned(t, opened(t, spec))
	rewrite(t, commands, "")
	hold := func() (release func()) {
		t.Helper()
		release, err := v.Hold(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return release
	}
	first, second := hold(), hold()
	first()
	first() // counts once
	time.Sleep(10 * linger)
	if told := string(readFile(t, commands)); told != "" {
		t.Fatalf("a guest that is held was told %q", told)
	}
	second()
	for end := time.Now().Add(time.Minute); !strings.Contains(string(readFile(t, commands)), "stop"); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a guest that nobody holds was not stopped")
		}
	}
	hold()()
	if told := string(readFile(t, commands)); strings.Count(told, "cont") != 1 {
		t.Errorf("QEMU was told %q", told)
	}
}

// TestHoldOfOthers checks that all other guests always run.
func TestHoldOfOthers(t *testing.T) {
	commands := filepath.Join(t.TempDir(), "commands")
	spec := templateSpec(t, vmtest.Script{Commands: commands})
	snapshot(t, spec)
	v := cloned(t, opened(t, spec))
	rewrite(t, commands, "")
	release, err := v.Hold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
	time.Sleep(10 * linger)
	if told := string(readFile(t, commands)); told != "" {
		t.Errorf("QEMU was told %q", told)
	}
}

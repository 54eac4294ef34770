// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
	"github.com/klptest/klptest/internal/guest/wire"
)

func TestSurvey(t *testing.T) {
	a, k := newGuest(t)
	for name, text := range map[string]string{
		"/proc/modules":                               "klp_b 1 0 - Live 0x0\nklp_a 1 0 - Live 0x0\n",
		"/proc/sys/kernel/version":                    "#1 SMP Debian 6.12.117-1~deb12u1 (2026-11-26)\n",
		"/proc/sys/kernel/random/boot_id":             "a-b-c\n",
		"/proc/cmdline":                               "ro quiet\n",
		"/proc/meminfo":                               "MemFree: 1 kB\nMemTotal:        2097152 kB\n",
		"/sys/kernel/security/lockdown":               "none [integrity] confidentiality\n",
		"/sys/module/module/parameters/sig_enforce":   "Y\n",
		"/sys/kernel/debug/tracing/enabled_functions": "",
	} {
		rootfstest.Put(t, k.Root, name, text)
	}
	kerneltest.Patch(t, k.Root, "klp_a", "1", "0")
	if err := os.Remove(k.Root.Path("/sys/kernel/debug/clear_warn_once")); err != nil {
		t.Fatal(err)
	}
	s, err := a.survey()
	if err != nil || time.Since(s.Now) > time.Minute {
		t.Errorf("%v, %v", s.Now, err)
	}
	s.Now = time.Time{}
	want := wire.Survey{
		Release: "6.12.0-fake", Version: "#1 SMP Debian 6.12.117-1~deb12u1 (2026-11-26)", Boot: "a-b-c", CPUs: runtime.NumCPU(), Memory: 2048, Cmdline: "ro quiet",
		Lockdown: "integrity", SignedOnly: true, Lacks: []string{"/sys/kernel/debug/clear_warn_once"},
		Modules: []string{"klp_b", "klp_a"}, Patches: []string{"klp_a"}, Taint: 4096,
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
}

func TestChosen(t *testing.T) {
	for list, want := range map[string]string{"[none] integrity": "none", "none [integrity] x": "integrity", "": "", "none": "", "[none": ""} {
		if got := chosen(list); got != want {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}

// A machine without busybox has a shell of its own.
func TestShOfTheSystem(t *testing.T) {
	a, k := newGuest(t)
	if err := os.MkdirAll(k.Root.Path("/bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/bin/sh", k.Root.Path("/bin/sh")); err != nil {
		t.Fatal(err)
	}
	if out := a.sh(t.Context(), []string{"echo hello; exit 3"}); out.output != "hello" || out.err.Error() != "exit 3" {
		t.Errorf("%q, %v", out.output, out.err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

// healthy returns a host where nothing is missing.
func healthy(t *testing.T) Host {
	t.Helper()
	root := t.TempDir()
	write(t, root, "proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable:    4096000 kB\n")
	write(t, root, "var/lib/apt/lists/partial/x", "")
	write(t, root, "proc/cpuinfo", "flags\t\t: fpu sse vmx\nbugs\t\t:\n")
	return Host{
		Root:     root,
		LookPath: func(p string) (string, error) { return "/usr/bin/" + p, nil },
		Output: func(_ context.Context, p string, _ ...string) (string, error) {
			return filepath.Base(p) + " 1.0\nmore\n", nil
		},
		Free:     func(string) (uint64, error) { return 10 << 30, nil },
		Landlock: func() int { return 4 },
	}
}

func write(t *testing.T, root, path, text string) {
	t.Helper()
	path = filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func bad(findings []Finding) (names []string) {
	for _, f := range findings {
		if !f.OK {
			names = append(names, f.Name)
		}
	}
	return names
}

func TestHealthyHostLacksNothing(t *testing.T) {
	if got := bad(Examine(t.Context(), healthy(t), "/cache", 512)); got != nil {
		t.Errorf("missing on a healthy host: %q", got)
	}
}

func TestEachLackIsNamedWithItsRemedy(t *testing.T) {
	without := func(program string) func(*Host) {
		return func(h *Host) {
			h.LookPath = func(p string) (string, error) {
				if p == program {
					return "", os.ErrNotExist
				}
				return "/usr/bin/" + p, nil
			}
		}
	}
	tests := []struct {
		name, finding, mend string
		optional            bool
		spoil               func(*Host)
	}{
		{"no QEMU", "QEMU", "apt-get install qemu-system-x86", false, without("qemu-system-x86_64")},
		{"no compiler", "compiler", "apt-get install gcc", false, without("gcc")},
		{"no make", "make", "apt-get install make", false, without("make")},
		{"no busybox", "busybox", "apt-get install busybox-static", true, without("busybox")},
		{"no Landlock", "Landlock", "lsm=landlock", true, func(h *Host) { h.Landlock = func() int { return 0 } }},
		{"no virtualization", "KVM", "/dev/kvm", true, func(h *Host) { write(t, h.Root, "proc/cpuinfo", "flags: fpu\n") }},
		{"little memory", "memory", "--memory 300", false, func(h *Host) { write(t, h.Root, "proc/meminfo", "MemAvailable: 512000 kB\n") }},
		{"cgroup 2 memory", "memory", "cgroup", false, func(h *Host) { write(t, h.Root, "sys/fs/cgroup/memory.max", "268435456\n") }},
		{"cgroup 1 memory", "memory", "cgroup", false, func(h *Host) { write(t, h.Root, "sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456\n") }},
		{"cgroup 2 cpu", "processors", "quota", true, func(h *Host) { write(t, h.Root, "sys/fs/cgroup/cpu.max", "25000 100000\n") }},
		{"cgroup 1 cpu", "processors", "quota", true, func(h *Host) {
			write(t, h.Root, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "25000\n")
			write(t, h.Root, "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
		}},
		{"full disk", "cache", "XDG_CACHE_HOME", false, func(h *Host) { h.Free = func(string) (uint64, error) { return 1 << 20, nil } }},
		{"no disk", "cache", "XDG_CACHE_HOME", false, func(h *Host) { h.Free = func(string) (uint64, error) { return 0, errors.New("gone") } }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := healthy(t)
			tt.spoil(&h)
			findings := Examine(t.Context(), h, "/cache", 512)
			if got := bad(findings); len(got) != 1 || got[0] != tt.finding {
				t.Fatalf("missing %q, want only %q", got, tt.finding)
			}
			for _, f := range findings {
				if !f.OK && (f.Optional != tt.optional || !strings.Contains(f.Mend, tt.mend)) {
					t.Errorf("%+v: want optional=%v and a remedy with %q", f, tt.optional, tt.mend)
				}
			}
		})
	}
}

func TestUnlimitedCgroupIsNoLack(t *testing.T) {
	h := healthy(t)
	write(t, h.Root, "sys/fs/cgroup/memory.max", "max\n")
	write(t, h.Root, "sys/fs/cgroup/cpu.max", "max 100000\n")
	write(t, h.Root, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
	write(t, h.Root, "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
	if got := bad(Examine(t.Context(), h, "/cache", 512)); got != nil {
		t.Errorf("missing: %q", got)
	}
}

func TestGuestsSideBySide(t *testing.T) {
	h := healthy(t)
	for memory, want := range map[int]int{512: min(runtime.NumCPU(), 5), 3000: 1, 100000: 1, -qemuOverhead: min(runtime.NumCPU(), 4000)} {
		if got := h.Guests(memory, 1); got != want {
			t.Errorf("%d guests of %d MiB, want %d", got, memory, want)
		}
	}
}

func TestCacheThatMakeCannotBuildIn(t *testing.T) {
	for dir, want := range map[string][]string{"/a b": {"cache"}, "/a:b": {"cache"}, "/ab": nil} {
		if got := bad(Examine(t.Context(), healthy(t), dir, 512)); !slices.Equal(got, want) {
			t.Errorf("%q: missing %q, want %q", dir, got, want)
		}
	}
}

func TestFreeLooksAtTheNearestParent(t *testing.T) {
	bytes, err := free(filepath.Join(t.TempDir(), "not", "there", "yet"))
	if err != nil || bytes == 0 {
		t.Errorf("free = %d, %v", bytes, err)
	}
}

func TestFromErrorKeepsTheAdvice(t *testing.T) {
	f := FromError("kernel x", &blame.Error{Summary: "no such kernel", Advice: "apt-get update"})
	if f.OK || f.Optional || f.Detail != "no such kernel" || f.Mend != "apt-get update" {
		t.Errorf("%+v", f)
	}
}

// A cache in which modules cannot be built is reported before a build fails.
func TestCacheWithAStrangePath(t *testing.T) {
	for _, dir := range []string{"/a b", "/a,b", "/a%b", "/a:b", "/a'b", `/a"b`, "/a\nb", "/a#b", "/a$b"} {
		if got := bad(Examine(t.Context(), healthy(t), dir, 512)); len(got) != 1 || got[0] != "cache" {
			t.Errorf("%q: missing %q", dir, got)
		}
	}
}

func TestAbout(t *testing.T) {
	h := healthy(t)
	write(t, h.Root, "etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n")
	write(t, h.Root, "proc/sys/kernel/ostype", "Linux\n")
	write(t, h.Root, "proc/sys/kernel/osrelease", "6.1.0-28-amd64\n")
	write(t, h.Root, "proc/cpuinfo", "model name\t: A Processor @ 3 GHz\nmodel name\t: another\n")
	want := About{
		System: "Debian GNU/Linux 12 (bookworm)", Kernel: "Linux 6.1.0-28-amd64", Processor: "A Processor @ 3 GHz",
		CPUs: runtime.GOMAXPROCS(0), Memory: 4000,
	}
	if got := h.About(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := (Host{Root: t.TempDir()}).About(); got != (About{CPUs: want.CPUs}) {
		t.Errorf("a host that tells nothing: %+v", got)
	}
}

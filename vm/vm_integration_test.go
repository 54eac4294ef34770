// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cavaliergopher/cpio"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/splat"
)

// integration returns the spec of a guest with a real kernel. KLPTEST_VM_KERNEL
// names the kernel. KLPTEST_VM_MODULES lists the modules that it needs for
// virtio ports, decompressed, in load order, separated by colons.
func integration(t testing.TB) Spec {
	t.Helper()
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot a kernel")
	}
	kernel := os.Getenv("KLPTEST_VM_KERNEL")
	if kernel == "" {
		t.Fatal("set KLPTEST_VM_KERNEL to a vmlinux or bzImage")
	}
	keys, err := NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	files := guest.KeyFiles(keys.HostKey(), keys.AuthorizedKey())
	files["init"] = buildInit(t)
	for i, path := range filepath.SplitList(os.Getenv("KLPTEST_VM_MODULES")) {
		files["modules/"+string(rune('a'+i))+".ko"] = readFile(t, path)
	}
	initrd := filepath.Join(t.TempDir(), "initrd")
	writeInitrd(t, initrd, files)
	return Spec{Kernel: kernel, Initrd: initrd, Dir: t.TempDir(), Keys: keys, Notice: func(s string) { t.Log(s) }}
}

func buildInit(t testing.TB) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "init")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", program, "./testdata/cmd/init")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return readFile(t, program)
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeInitrd(t testing.TB, path string, files map[string][]byte) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := cpio.NewWriter(f)
	for _, dir := range []string{"etc", "etc/klptest", "modules", "dev"} {
		if err := w.WriteHeader(&cpio.Header{Name: dir, Mode: cpio.TypeDir | 0o755}); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range files {
		if err := w.WriteHeader(&cpio.Header{Name: name, Mode: cpio.TypeReg | 0o755, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestIntegrationGuestAnswers(t *testing.T) {
	spec := integration(t)
	start := time.Now()
	v, err := Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	started := time.Since(start)
	client, err := v.SSH(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	t.Logf("%s: started after %s, first answer after %s", v.Accel(), started, time.Since(start))
	if out := runSSH(t, client, "hello"); out != "hello" {
		t.Errorf("the guest answers %q", out)
	}
	cpu, err := v.CPUTime()
	if err != nil || cpu.Run <= 0 {
		t.Errorf("CPU time %+v, %v", cpu, err)
	}
	if !strings.Contains(v.Console().Tail(1000), "Linux version") {
		t.Error("the console does not show the boot")
	}
	if got := v.Console().Splats(); len(got) > 0 {
		t.Errorf("a healthy boot has splats: %v", got)
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}
}

func TestIntegrationGuestPanics(t *testing.T) {
	spec := integration(t)
	spec.Append = []string{"vmtest.panic"}
	v, err := Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	_, err = v.SSH(t.Context())
	var e *blame.Error
	if !errors.As(err, &e) || e.Party != blame.Kernel {
		t.Fatalf("error %v, want the kernel's", err)
	}
	t.Log(e.Error())
	if !slices.ContainsFunc(v.Console().Splats(), func(s splat.Splat) bool { return s.Kind == splat.Panic }) {
		t.Errorf("no panic among %v", v.Console().Splats())
	}
	if !strings.Contains(e.Tail, "Kernel Offset") {
		t.Errorf("the tail is cut short:\n%s", e.Tail)
	}
}

// TestIntegrationKVMFallsBack lies about the processor. Where KVM is broken, guests
// start without it; where it works, they run on it.
func TestIntegrationKVMFallsBack(t *testing.T) {
	spec := integration(t)
	spec.State = t.TempDir()
	h := thisHost
	h.cpuinfo = filepath.Join(t.TempDir(), "cpuinfo")
	if err := os.WriteFile(h.cpuinfo, []byte("flags\t\t: fpu svm\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		start := time.Now()
		v, err := h.start(context.Background(), spec)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s after %s", v.Accel(), time.Since(start))
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
}

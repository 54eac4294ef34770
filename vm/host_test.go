// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/vm/vmtest"
)

// fakeHost returns a host whose processor and KVM device look as if KVM worked.
func fakeHost(t *testing.T) host {
	t.Helper()
	dir := t.TempDir()
	h := host{filepath.Join(dir, "cpuinfo"), filepath.Join(dir, "kvm"), filepath.Join(dir, "boot_id")}
	for path, text := range map[string]string{
		h.cpuinfo: "processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: fpu svm sse\n",
		h.kvm:     "",
		h.bootID:  "5b8e\n",
	} {
		rewrite(t, path, text)
	}
	return h
}

func rewrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRefusesKVM(t *testing.T) {
	h := fakeHost(t)
	if reason := h.refusesKVM(arch.Host()); reason != "" {
		t.Errorf("refused: %s", reason)
	}
	// "svm" in another field, or inside a word, is not a flag.
	rewrite(t, h.cpuinfo, "model name\t: vmx svm\nflags\t\t: fpu svm_lock xvmx\nbugs\t\t: vmx\n")
	if reason := h.refusesKVM(arch.Host()); !strings.Contains(reason, "neither vmx nor svm") {
		t.Errorf("reason %q", reason)
	}
	rewrite(t, h.cpuinfo, "flags\t\t: vmx\n")
	h.kvm += "-missing"
	if reason := h.refusesKVM(arch.Host()); !strings.Contains(reason, "kvm-missing") {
		t.Errorf("reason %q", reason)
	}
	h.cpuinfo += "-missing"
	if reason := h.refusesKVM(arch.Host()); !strings.Contains(reason, "unknown") {
		t.Errorf("reason %q", reason)
	}
}

// TestPrecheck checks that what cannot work is refused before there is a
// kernel.
func TestPrecheck(t *testing.T) {
	h, without := fakeHost(t), fakeHost(t)
	rewrite(t, without.cpuinfo, "flags\t\t: fpu\n")
	wrapper := filepath.Join(t.TempDir(), "wrapper")
	if err := os.WriteFile(wrapper, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	qemu := vmtest.QEMU(t, vmtest.Script{})
	for _, test := range []struct {
		host host
		spec Spec
		want string // in the whole message; empty: no error
	}{
		{h, Spec{QEMU: qemu, Accel: KVM}, ""},
		{without, Spec{QEMU: qemu}, ""},
		{without, Spec{QEMU: qemu, Accel: TCG}, ""},
		{without, Spec{QEMU: qemu, Accel: KVM}, "--accel kvm: the processor has neither vmx nor svm"},
		{h, Spec{QEMU: wrapper}, ""},
		{h, Spec{QEMU: "/bin/true"}, "/bin/true is not QEMU: it calls itself true"},
		{h, Spec{QEMU: "/nowhere/qemu"}, "name another one"},
		{h, Spec{QEMU: qemu, Memory: 1}, "memory"},
	} {
		err := test.host.precheck(test.spec)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(blame.Detail(err), test.want)) {
			t.Errorf("%+v: %v, want %q", test.spec, err, test.want)
		}
	}
}

func TestRemember(t *testing.T) {
	h := fakeHost(t)
	c := Spec{QEMU: vmtest.QEMU(t, vmtest.Script{}), State: filepath.Join(t.TempDir(), "state")}.withDefaults()
	if got := h.remembered(c); got != "" {
		t.Errorf("remembered %q before anything happened", got)
	}
	if err := h.remember(c, "no life"); err != nil {
		t.Fatal(err)
	}
	if got := h.remembered(c); got != "no life" {
		t.Errorf("remembered %q", got)
	}
	if left, _ := filepath.Glob(filepath.Join(c.State, "*.tmp")); left != nil {
		t.Errorf("left behind: %v", left)
	}
	none := c
	none.State = ""
	if err := h.remember(none, "x"); err != nil || h.remembered(none) != "" {
		t.Errorf("without a place: %v", err)
	}
	rewrite(t, h.bootID, "another boot\n")
	if got := h.remembered(c); got != "" {
		t.Errorf("remembered %q after a reboot", got)
	}
	rewrite(t, h.bootID, "5b8e\n")
	if err := os.Chtimes(c.QEMU, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if got := h.remembered(c); got != "" {
		t.Errorf("remembered %q of another QEMU", got)
	}
}

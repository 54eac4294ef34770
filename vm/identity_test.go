// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/vm/vmtest"
)

func idOf(t *testing.T, h host, s Spec, key string) string {
	t.Helper()
	c, err := s.complete(generalChecks)
	if err != nil {
		t.Fatal(err)
	}
	id, err := h.templateID(c, key)
	if err != nil {
		t.Fatal(err)
	}
	if id == "" || strings.ContainsAny(id, "/.\n ") {
		t.Errorf("%q is no name for a file", id)
	}
	return id
}

func TestTemplateID(t *testing.T) {
	h := fakeHost(t)
	base := fakeSpec(t, vmtest.Script{})
	want := idOf(t, h, base, "key")
	for name, change := range map[string]func(*Spec){
		"kernel's path":  func(s *Spec) { s.Kernel = "/elsewhere" },
		"initrd's path":  func(s *Spec) { s.Initrd = "/elsewhere" },
		"directory":      func(s *Spec) { s.Dir = "/elsewhere" },
		"keys":           func(s *Spec) { s.Keys = newKeys(t) },
		"template":       func(s *Spec) { s.Template = "/elsewhere" },
		"default memory": func(s *Spec) { s.Memory = defaultMemory },
	} {
		spec := base
		if change(&spec); idOf(t, h, spec, "key") != want {
			t.Errorf("the %s counts", name)
		}
	}
	ids := map[string]string{want: "base", idOf(t, h, base, "other"): "key"}
	for name, change := range map[string]func(*Spec){
		"memory":      func(s *Spec) { s.Memory = 256 },
		"processors":  func(s *Spec) { s.CPUs = 2 },
		"arguments":   func(s *Spec) { s.Append = []string{"x"} },
		"accelerator": func(s *Spec) { s.Accel = KVM },
		"version":     func(s *Spec) { s.QEMU = vmtest.QEMU(t, vmtest.Script{Version: "8.0.0"}) },
		"other QEMU":  func(s *Spec) { s.QEMU = vmtest.QEMU(t, vmtest.Script{}) },
	} {
		spec := base
		change(&spec)
		id := idOf(t, h, spec, "key")
		if other, ok := ids[id]; ok {
			t.Errorf("%s and %s have the same identity", name, other)
		}
		ids[id] = name
	}
	if err := os.Chtimes(base.QEMU, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if idOf(t, h, base, "key") == want {
		t.Error("a replaced QEMU does not count")
	}
}

// TestTemplateIDOfProcessor checks that the meaning of -cpu host counts only
// where it is used.
func TestTemplateIDOfProcessor(t *testing.T) {
	h := fakeHost(t)
	spec := fakeSpec(t, vmtest.Script{})
	auto, kvm := spec, spec
	auto.Accel, kvm.Accel = Auto, KVM
	if idOf(t, h, auto, "") != idOf(t, h, kvm, "") {
		t.Error("automatic is not KVM where KVM looks usable")
	}
	before := []string{idOf(t, h, spec, ""), idOf(t, h, kvm, "")}
	rewrite(t, h.cpuinfo, "processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: fpu svm sse avx\n")
	if idOf(t, h, spec, "") != before[0] || idOf(t, h, kvm, "") == before[1] {
		t.Error("the flags count for TCG, or not for KVM")
	}
	before[1] = idOf(t, h, kvm, "")
	rewrite(t, h.cpuinfo, "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu MHz\t: 17\nflags\t\t: fpu svm sse avx\n\nflags\t\t: other\n")
	if idOf(t, h, kvm, "") != before[1] {
		t.Error("the clock rate counts, or the second processor")
	}
	rewrite(t, h.cpuinfo, "flags\t\t: fpu\n")
	if idOf(t, h, auto, "") != idOf(t, h, spec, "") {
		t.Error("automatic is not TCG where KVM is unusable")
	}
}

func TestTemplateIDFails(t *testing.T) {
	if _, err := (Spec{QEMU: "/missing"}).TemplateID(""); err == nil {
		t.Error("a missing QEMU has an identity")
	}
	h := fakeHost(t)
	h.cpuinfo += "-missing"
	spec := fakeSpec(t, vmtest.Script{})
	spec.Accel = KVM
	if _, err := h.templateID(spec.withDefaults(), ""); err == nil || !strings.Contains(err.Error(), "cpuinfo-missing") {
		t.Errorf("error %v", err)
	}
}

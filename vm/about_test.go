// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"strings"
	"testing"
)

func TestAbout(t *testing.T) {
	spec, _ := autoSpec(t)
	h := fakeHost(t)
	for asked, want := range map[Accel]Accel{Auto: KVM, KVM: KVM, TCG: TCG} {
		s := spec
		s.Accel, s.CPUs, s.Append = asked, 2, []string{"quiet"}
		got := h.about(s)
		if got.Accel != want || got.Jumps || got.CPUs != 2 || got.Memory != defaultMemory || !strings.HasSuffix(got.Cmdline, " quiet") || got.Notice != "" {
			t.Errorf("%s: %+v", asked, got)
		}
	}
	if err := h.remember(spec.withDefaults(), "it shows no life"); err != nil {
		t.Fatal(err)
	}
	got := h.about(spec)
	if got.Accel != TCG {
		t.Errorf("%s, although KVM is known not to work", got.Accel)
	}
	for cpus, want := range map[int]bool{1: true, 2: false} {
		virtual := spec
		virtual.VirtualTime, virtual.CPUs = true, cpus
		if h.about(virtual).Jumps != want {
			t.Errorf("%d processors: the time jumps: %v", cpus, !want)
		}
	}
	if want := "software emulation (TCG), not KVM: it shows no life"; got.Notice != want {
		t.Errorf("notice %q, want %q", got.Notice, want)
	}
}

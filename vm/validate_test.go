// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/vm/vmtest"
)

func TestValidate(t *testing.T) {
	good := Spec{QEMU: "/bin/true", Kernel: vmtest.Kernel(t), Dir: t.TempDir()}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bz := filepath.Join(t.TempDir(), "bzImage")
	if err := os.WriteFile(bz, []byte(strings.Repeat("\x00", bzMagicStart)+bzMagic+"rest"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := good.complete(startChecks); err != nil {
		t.Fatalf("a good spec: %v", err)
	}
	tests := []struct {
		name   string
		change func(*Spec)
		party  blame.Party
		want   string // empty: nothing wrong
	}{
		{"bzImage", func(s *Spec) { s.Kernel = bz }, 0, ""},
		{"little memory", func(s *Spec) { s.Memory = 1 }, blame.User, "memory"},
		{"negative memory", func(s *Spec) { s.Memory = -512 }, blame.User, "memory"},
		{"many CPUs", func(s *Spec) { s.CPUs = 1000 }, blame.User, "processors"},
		{"negative CPUs", func(s *Spec) { s.CPUs = -1 }, blame.User, "processors"},
		{"accelerator", func(s *Spec) { s.Accel = "xen" }, blame.User, `"xen"`},
		{"no kernel", func(s *Spec) { s.Kernel = "" }, blame.User, "no kernel"},
		{"missing kernel", func(s *Spec) { s.Kernel = "/nowhere" }, blame.User, "/nowhere"},
		{"kernel is a directory", func(s *Spec) { s.Kernel = s.Dir }, blame.User, "regular"},
		{"kernel is a script", func(s *Spec) { s.Kernel = file }, blame.User, "neither an ELF"},
		{"missing initrd", func(s *Spec) { s.Initrd = "/nowhere" }, blame.User, "initramfs"},
		{"line break", func(s *Spec) { s.Append = []string{"a\nb"} }, blame.User, "control byte"},
		{"long line", func(s *Spec) { s.Append = []string{strings.Repeat("x", arch.Default().Kernel.MaxCmdline)} }, blame.User, "2047"},
		{"no directory", func(s *Spec) { s.Dir = "" }, blame.Rig, "logs"},
		{"directory is a file", func(s *Spec) { s.Dir = file }, blame.Rig, "not a directory"},
		{"no QEMU", func(s *Spec) { s.QEMU = "/nowhere/qemu" }, blame.Rig, "no QEMU"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := good
			tt.change(&s)
			_, err := s.complete(startChecks)
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || blame.Of(err) != tt.party {
				t.Errorf("error %v of the %v, want %q of the %v", err, blame.Of(err), tt.want, tt.party)
			}
		})
	}
}

func TestNoQEMUNamesTheCommand(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Spec{Kernel: vmtest.Kernel(t), Dir: t.TempDir()}.complete(startChecks)
	var e *blame.Error
	if !errors.As(err, &e) || !strings.Contains(e.Detail(), "apt-get install qemu-system-x86") {
		t.Errorf("error %v", err)
	}
}

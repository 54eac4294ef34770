// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
)

// fakeModule is a relocatable ELF file with nothing but a .modinfo section.
func fakeModule(modinfo string) []byte {
	const header, section = 64, 64
	names := "\x00.modinfo\x00.shstrtab\x00"
	sections := []elf.Section64{
		{},
		{Name: 1, Type: uint32(elf.SHT_PROGBITS), Off: header, Size: uint64(len(modinfo))},
		{Name: 10, Type: uint32(elf.SHT_STRTAB), Off: uint64(header + len(modinfo)), Size: uint64(len(names))},
	}
	head := elf.Header64{
		Ident:  [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:   uint16(elf.ET_REL),
		Ehsize: header, Shentsize: section, Version: 1,
		Machine: uint16(elf.EM_X86_64), Shnum: 3, Shstrndx: 2,
		Shoff: uint64(header + len(modinfo) + len(names)),
	}
	var b bytes.Buffer
	for _, part := range []any{head, []byte(modinfo), []byte(names), sections} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

func TestReadModinfo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "klp_a.ko")
	write(t, path, string(fakeModule("license=GPL\x00livepatch=Y\x00depends=x,y\x00name=klp_a\x00vermagic=6.12.1 SMP preempt \x00")))
	got, err := ReadModinfo(path)
	if err != nil {
		t.Fatal(err)
	}
	want := Modinfo{Name: "klp_a", Vermagic: "6.12.1 SMP preempt ", Livepatch: true, Depends: []string{"x", "y"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadModinfoRefuses(t *testing.T) {
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "text.ko")
	write(t, text, "not ELF")
	for path, want := range map[string]string{
		text:                            "not a kernel module",
		exe:                             "no .modinfo",
		filepath.Join(dir, "absent.ko"): "no such file",
	} {
		if _, err := ReadModinfo(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

func FuzzReadModinfo(f *testing.F) {
	f.Add(fakeModule("name=x\x00"))
	f.Add(fakeModule(""))
	f.Add([]byte("\x7fELF"))
	path := filepath.Join(f.TempDir(), "x.ko")
	f.Fuzz(func(t *testing.T, data []byte) {
		write(t, path, string(data))
		if info, err := ReadModinfo(path); err == nil && len(info.Name) > len(data) {
			t.Errorf("a name of %d bytes in a file of %d", len(info.Name), len(data))
		}
	})
}

func TestCheck(t *testing.T) {
	m := func(name, vermagic string, livepatch bool) Module {
		return Module{name, "/x/" + name + ".ko", Modinfo{Name: name, Vermagic: vermagic, Livepatch: livepatch}}
	}
	for _, tt := range []struct {
		m       Module
		release string
		want    string
		party   blame.Party
	}{
		{m("klp_a", "6.12.1 SMP ", true), "6.12.1", "", 0},
		{m("klp_target", "6.12.1 SMP ", false), "6.12.1", "", 0},
		{m("own", "6.12.1 SMP ", false), "6.12.1", "", 0},
		{m("klp_a", "6.12.1 SMP ", true), "6.12.10", "klp_a.ko was built for kernel 6.12.1, not for 6.12.10", blame.User},
		{m("klp_loglevel_v1", "6.12.1 SMP ", false), "6.12.1", "not marked as a livepatch", blame.Rig},
	} {
		err := Check(tt.m, tt.release)
		if tt.want == "" && err != nil {
			t.Errorf("%v: %v", tt.m, err)
		}
		if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || blame.Of(err) != tt.party) {
			t.Errorf("%v: %v, want %q", tt.m, err, tt.want)
		}
	}
}

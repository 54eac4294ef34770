// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"
)

// segment is a part of an ELF file made for a test.
type segment struct {
	kind elf.ProgType
	data string
}

// elfFile makes an x86-64 ELF file of segments and, when info is not empty, a
// section .modinfo.
func elfFile(info string, segments ...segment) string {
	names := "\x00.shstrtab\x00.modinfo\x00"
	at := uint64(64 + 56*len(segments))
	var progs, body bytes.Buffer
	add := func(data string) (off uint64) {
		off = at
		body.WriteString(data)
		at += uint64(len(data))
		return off
	}
	for _, s := range segments {
		put64(&progs, elf.Prog64{Type: uint32(s.kind), Off: add(s.data), Filesz: uint64(len(s.data)), Memsz: uint64(len(s.data))})
	}
	sections := []elf.Section64{{},
		{Name: 1, Type: uint32(elf.SHT_STRTAB), Off: add(names), Size: uint64(len(names))},
		{Name: 11, Type: uint32(elf.SHT_PROGBITS), Off: add(info), Size: uint64(len(info))}}
	if info == "" {
		sections = sections[:2]
	}
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: 1, Phoff: 64, Shoff: at, Ehsize: 64,
		Phentsize: 56, Phnum: uint16(len(segments)), Shentsize: 64, Shnum: uint16(len(sections)), Shstrndx: 1}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	var file bytes.Buffer
	put64(&file, h)
	file.Write(progs.Bytes())
	file.Write(body.Bytes())
	for _, s := range sections {
		put64(&file, s)
	}
	return file.String()
}

func put64(b *bytes.Buffer, v any) {
	if err := binary.Write(b, binary.LittleEndian, v); err != nil {
		panic(err)
	}
}

// note makes an ELF note.
func note(name string, kind uint32, desc string) string {
	var b bytes.Buffer
	put64(&b, []uint32{uint32(len(name)), uint32(len(desc)), kind})
	b.WriteString(name + strings.Repeat("\x00", -len(name)&3) + desc + strings.Repeat("\x00", -len(desc)&3))
	return b.String()
}

const testRelease = "6.12.0-test"

// pvhKernel is a vmlinux that QEMU would take.
func pvhKernel() string {
	return elfFile("", segment{elf.PT_LOAD, strings.Repeat("code", 2000) + "Linux version " + testRelease + " (me@here)"},
		segment{elf.PT_NOTE, note("GNU\x00", 3, "buildid") + note("Xen\x00", 18, "\x00\x00\x00\x01")})
}

func plainKernel() string {
	return elfFile("", segment{elf.PT_LOAD, "Linux version " + testRelease + " (me@here)"}, segment{elf.PT_NOTE, note("Xen\x00", 5, "12")})
}

func koFile(name, depends string) string {
	return elfFile("license=GPL\x00depends=" + depends + "\x00name=" + name + "\x00")
}

func TestHasPVH(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want bool
	}{
		"entry":           {pvhKernel(), true},
		"no entry":        {plainKernel(), false},
		"another's note":  {elfFile("", segment{elf.PT_NOTE, note("GNU\x00", 18, "1234")}), false},
		"note cut short":  {elfFile("", segment{elf.PT_NOTE, note("Xen\x00", 18, "1234")[:16]}), false},
		"absurd sizes":    {elfFile("", segment{elf.PT_NOTE, strings.Repeat("\xff", 32)}), false},
		"no ELF file":     {"MZ", false},
		"another machine": {strings.Replace(pvhKernel(), "\x02\x00\x3e\x00", "\x02\x00\xb7\x00", 1), false},
	} {
		if got := hasPVH(strings.NewReader(c.file)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func FuzzHasPVH(f *testing.F) {
	f.Add([]byte(pvhKernel()))
	f.Add([]byte(koFile("a", "b,c")))
	f.Fuzz(func(_ *testing.T, data []byte) {
		hasPVH(bytes.NewReader(data)) // must not panic
		_, _ = moduleDepends(data)
	})
}

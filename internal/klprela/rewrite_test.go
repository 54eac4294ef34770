// SPDX-License-Identifier: Apache-2.0

package klprela

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small returns an object file with a section .text and a section .discard, which is not
// loaded. Each has a relocation to each symbol.
func small(order binary.ByteOrder, symbols ...string) []byte {
	names := "\x00.text\x00.rela.text\x00.discard\x00.rela.discard\x00.symtab\x00.strtab\x00.shstrtab\x00"
	name := func(of string) uint32 { return uint32(strings.Index(names, "\x00"+of+"\x00") + 1) }
	strtab, table, relas := []byte{0}, make([]elf.Sym64, 1), []elf.Rela64(nil)
	for i, s := range symbols {
		table = append(table, elf.Sym64{Name: uint32(len(strtab)), Info: elf.ST_INFO(elf.STB_WEAK, elf.STT_NOTYPE), Other: byte(elf.STV_HIDDEN)})
		strtab = append(append(strtab, s...), 0)
		relas = append(relas, elf.Rela64{Off: uint64(i), Info: elf.R_INFO(uint32(i+1), uint32(elf.R_X86_64_PC32)), Addend: -4})
	}
	encode := func(v any) []byte {
		b, err := binary.Append(nil, order, v)
		if err != nil {
			panic(err)
		}
		return b
	}
	contents := [][]byte{nil, {0x90}, encode(relas), {1}, encode(relas), encode(table), strtab, []byte(names)}
	sections := []elf.Section64{
		{},
		{Name: name(".text"), Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC | elf.SHF_EXECINSTR)},
		{Name: name(".rela.text"), Type: uint32(elf.SHT_RELA), Link: 5, Info: 1, Entsize: relaSize, Addralign: 8},
		{Name: name(".discard"), Type: uint32(elf.SHT_PROGBITS)},
		{Name: name(".rela.discard"), Type: uint32(elf.SHT_RELA), Link: 5, Info: 3, Entsize: relaSize, Addralign: 8},
		{Name: name(".symtab"), Type: uint32(elf.SHT_SYMTAB), Link: 6, Info: 1, Entsize: symbolSize, Addralign: 8},
		{Name: name(".strtab"), Type: uint32(elf.SHT_STRTAB)},
		{Name: name(".shstrtab"), Type: uint32(elf.SHT_STRTAB)},
	}
	var body []byte
	for i, c := range contents {
		sections[i].Off, sections[i].Size = uint64(headerSize+len(body)), uint64(len(c))
		body = append(body, c...)
	}
	data := elf.ELFDATA2LSB
	if order == binary.BigEndian {
		data = elf.ELFDATA2MSB
	}
	return slices.Concat(encode(elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(data), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_REL), Machine: uint16(elf.EM_X86_64), Version: 1, Ehsize: headerSize,
		Shentsize: sectionSize, Shnum: uint16(len(sections)), Shstrndx: 7, Shoff: uint64(headerSize + len(body)),
	}), body, encode(sections))
}

// show lists what debug/elf reads: the symbols, and the relocations of each section.
func show(t *testing.T, object []byte) (list []string) {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(object))
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		list = append(list, fmt.Sprintf("%s %v %#x %d", s.Name, elf.ST_BIND(s.Info), uint16(s.Section), s.Other))
	}
	for _, s := range f.Sections {
		if s.Type != elf.SHT_RELA {
			continue
		}
		data, err := s.Data()
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%s %#x %s:", s.Name, uint32(s.Flags), f.Sections[s.Info].Name)
		for entry := range slices.Chunk(data, relaSize) {
			var r elf.Rela64
			if _, err := binary.Decode(entry, f.ByteOrder, &r); err != nil {
				t.Fatal(err)
			}
			text += fmt.Sprintf(" %d=%s%+d", r.Off, symbols[elf.R_SYM64(r.Info)-1].Name, r.Addend)
		}
		list = append(list, text)
	}
	return list
}

func TestRewrite(t *testing.T) {
	symbols := []string{
		"printk",
		".klp.rela.ext4$.klp.sym.ext4.ext4_sync$0",
		".klp.rela.vmlinux$.klp.sym.vmlinux.m_start$2",
		".klp.rela.ext4$.klp.sym.ext4.ext4_sync$0",
		".klp.rela.$.klp.sym.vmlinux.a", // the kernel is to refuse each of these
		".klp.rela.ext4$unmarked",
		".klp.rela.vmlinux", // not of the form: left alone
	}
	want := []string{
		"printk STB_WEAK 0x0 2",
		".klp.sym.ext4.ext4_sync,0 STB_GLOBAL 0xff20 0",
		".klp.sym.vmlinux.m_start,2 STB_GLOBAL 0xff20 0",
		".klp.sym.ext4.ext4_sync,0 STB_GLOBAL 0xff20 0",
		".klp.sym.vmlinux.a STB_GLOBAL 0xff20 0",
		"unmarked STB_WEAK 0x0 0",
		".klp.rela.vmlinux STB_WEAK 0x0 2",
		".rela.text 0x0 .text: 0=printk-4 6=.klp.rela.vmlinux-4",
		".rela.discard 0x0 .discard: 0=printk-4 1=.klp.sym.ext4.ext4_sync,0-4 2=.klp.sym.vmlinux.m_start,2-4 3=.klp.sym.ext4.ext4_sync,0-4 4=.klp.sym.vmlinux.a-4 5=unmarked-4 6=.klp.rela.vmlinux-4",
		".klp.rela..text 0x100042 .text: 4=.klp.sym.vmlinux.a-4",
		".klp.rela.ext4.text 0x100042 .text: 1=.klp.sym.ext4.ext4_sync,0-4 3=.klp.sym.ext4.ext4_sync,0-4 5=unmarked-4",
		".klp.rela.vmlinux.text 0x100042 .text: 2=.klp.sym.vmlinux.m_start,2-4",
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		before := small(order, symbols...)
		original := bytes.Clone(before)
		got, err := Rewrite(before)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, show(t, got)); diff != "" {
			t.Errorf("%v: %s", order, diff)
		}
		if !bytes.Equal(before, original) {
			t.Error("the argument was changed")
		}
		again, err := Rewrite(got)
		if diff := cmp.Diff(got, again); diff != "" || err != nil {
			t.Errorf("%v: a second time: %v %s", order, err, diff)
		}
	}
}

// A file without such symbols is returned unchanged, ELF or not.
func TestRewriteLeavesOthers(t *testing.T) {
	for _, data := range [][]byte{nil, []byte("text"), small(binary.LittleEndian, "printk"), small(binary.LittleEndian, ".klp.rela.x")} {
		if got, err := Rewrite(data); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes became %d: %v", len(data), len(got), err)
		}
	}
}

func TestRewriteRefuses(t *testing.T) {
	good := small(binary.LittleEndian, ".klp.rela.ext4$.klp.sym.ext4.x$0")
	header := func(at int, value uint64) []byte {
		bad := bytes.Clone(good)
		binary.LittleEndian.PutUint64(bad[at:], value)
		return bad
	}
	section := func(number, field int, value uint32) []byte {
		bad := bytes.Clone(good)
		at := len(bad) - (8-number)*sectionSize + field
		binary.LittleEndian.PutUint32(bad[at:], value)
		return bad
	}
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"no ELF":           {[]byte(relaPrefix), "not a 64-bit ELF file"},
		"cut":              {good[:len(good)-1], "table of sections: beyond the end"},
		"table far away":   {header(40, 1<<63), "table of sections: beyond the end"},
		"no sections":      {header(58, 0), "not a relocatable ELF file"},
		"no symbols":       {section(5, 4, uint32(elf.SHT_PROGBITS)), "there are no symbols"},
		"symbols far away": {section(5, 24, 1<<31), "section 5: beyond the end"},
		"no names":         {section(5, 40, 99), "there is no section 99"},
		"short names":      {section(6, 32, 8), "section 6 has no name"},
		"relas far away":   {section(2, 32, 1<<31), "section 2: beyond the end"},
		"compressed":       {section(2, 8, uint32(elf.SHF_COMPRESSED)), "section 2 is compressed"},
		"name of .text":    {section(1, 0, 1<<31), "section 7 has no text"},
		"a long name":      {small(binary.LittleEndian, ".klp.rela.a$"+strings.Repeat("a", maxName)), "section 6 has no name"},
	} {
		if got, err := Rewrite(test.data); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

// A module may be a stranger's. If the input can be read as ELF, so can the output.
func FuzzRewrite(f *testing.F) {
	f.Add(small(binary.LittleEndian, "printk", ".klp.rela.ext4$.klp.sym.ext4.x$0"))
	f.Add(small(binary.BigEndian, ".klp.rela.vmlinux$a$1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Rewrite(data)
		if err != nil {
			return
		}
		if len(got) > 2*len(data)+maxSections*(sectionSize+maxName)+2*maxTexts {
			t.Errorf("%d bytes became %d", len(data), len(got))
		}
		if _, err := elf.NewFile(bytes.NewReader(data)); err != nil {
			return
		}
		if _, err := elf.NewFile(bytes.NewReader(got)); err != nil {
			t.Error(err)
		}
	})
}

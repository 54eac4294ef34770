// SPDX-License-Identifier: Apache-2.0

package modinfotest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// Module returns a relocatable ELF file with only a section .modinfo.
func Module(modinfo string) []byte {
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
			panic(err) // a type without a fixed size
		}
	}
	return b.Bytes()
}

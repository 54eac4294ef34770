// SPDX-License-Identifier: Apache-2.0

package imagestest

import (
	"bytes"
	"debug/elf"
	"strings"
)

// Dynamic describes a program or library that needs others: its loader (empty:
// none), and entries of its dynamic section, such as DT_NEEDED and a library's
// name.
type Dynamic struct {
	Loader  string
	Machine elf.Machine // 0: x86-64
	Entries []DynamicEntry
}

// DynamicEntry is an entry whose value is a string.
type DynamicEntry struct {
	Tag  elf.DynTag
	Text string
}

// Needs makes the entries of needed libraries.
func Needs(names ...string) (list []DynamicEntry) {
	for _, name := range names {
		list = append(list, DynamicEntry{elf.DT_NEEDED, name})
	}
	return list
}

// File makes the file: the headers, then the loader's path, the strings and the
// dynamic section.
func (d Dynamic) File() string {
	names := "\x00"
	var entries bytes.Buffer
	for _, e := range d.Entries {
		put64(&entries, []uint64{uint64(e.Tag), uint64(len(names))})
		names += e.Text + "\x00"
	}
	put64(&entries, []uint64{uint64(elf.DT_NULL), 0})
	loader := ""
	if d.Loader != "" {
		loader = d.Loader + "\x00"
	}
	const at = 64 + 56 + 3*64
	dynamicAt, namesAt := uint64(at+len(loader)), uint64(at+len(loader)+entries.Len())
	machine := d.Machine
	if machine == 0 {
		machine = elf.EM_X86_64
	}
	h := elf.Header64{Type: uint16(elf.ET_DYN), Machine: uint16(machine), Version: 1, Phoff: 64, Shoff: 64 + 56, Ehsize: 64,
		Phentsize: 56, Phnum: 1, Shentsize: 64, Shnum: 3}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	var file bytes.Buffer
	put64(&file, h)
	kind := elf.PT_INTERP
	if d.Loader == "" {
		kind = elf.PT_NULL
	}
	put64(&file, elf.Prog64{Type: uint32(kind), Off: at, Filesz: uint64(len(loader)), Memsz: uint64(len(loader))})
	put64(&file, elf.Section64{})
	put64(&file, elf.Section64{Type: uint32(elf.SHT_DYNAMIC), Off: dynamicAt, Size: uint64(entries.Len()), Link: 2, Entsize: 16})
	put64(&file, elf.Section64{Type: uint32(elf.SHT_STRTAB), Off: namesAt, Size: uint64(len(names))})
	return file.String() + loader + entries.String() + strings.Clone(names)
}

// SPDX-License-Identifier: Apache-2.0

package imagestest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"

	"github.com/klptest/klptest/internal/modinfo/modinfotest"
)

// Segment is a part of an ELF file.
type Segment struct {
	kind elf.ProgType
	data string
}

// Part makes a segment.
func Part(kind elf.ProgType, data string) Segment { return Segment{kind, data} }

// ELF makes an x86-64 ELF file of segments.
func ELF(segments ...Segment) string {
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: uint16(len(segments))}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	at := uint64(64 + 56*len(segments))
	var file bytes.Buffer
	put64(&file, h)
	for _, s := range segments {
		size := uint64(len(s.data))
		put64(&file, elf.Prog64{Type: uint32(s.kind), Off: at, Filesz: size, Memsz: size})
		at += size
	}
	for _, s := range segments {
		file.WriteString(s.data)
	}
	return file.String()
}

func put64(b *bytes.Buffer, v any) {
	if err := binary.Write(b, binary.LittleEndian, v); err != nil {
		panic(err)
	}
}

// Note makes an ELF note.
func Note(name string, kind uint32, desc string) string {
	var b bytes.Buffer
	put64(&b, []uint32{uint32(len(name)), uint32(len(desc)), kind})
	b.WriteString(name + strings.Repeat("\x00", -len(name)&3) + desc + strings.Repeat("\x00", -len(desc)&3))
	return b.String()
}

// Release is the default release (uname -r) of the kernels here.
const Release = "6.12.0-test"

// PVHKernel makes a vmlinux that QEMU would accept.
func PVHKernel() string {
	return ELF(Segment{elf.PT_LOAD, strings.Repeat("code", 2000) + "Linux version " + Release + " (me@here)"},
		Segment{elf.PT_NOTE, Note("GNU\x00", 3, "buildid") + Note("Xen\x00", 18, "\x00\x00\x00\x01")})
}

// PlainKernel makes a vmlinux without a PVH entry.
func PlainKernel() string {
	return ELF(Segment{elf.PT_LOAD, "Linux version " + Release + " (me@here)"}, Segment{elf.PT_NOTE, Note("Xen\x00", 5, "12")})
}

// Module makes a kernel module.
func Module(name, depends string) string {
	return string(modinfotest.Module("license=GPL\x00depends=" + depends + "\x00name=" + name + "\x00"))
}

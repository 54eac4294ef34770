// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/modinfo/modinfotest"
)

// segment is a part of an ELF file made for a test.
type segment struct {
	kind elf.ProgType
	data string
}

// elfFile makes an x86-64 ELF file of segments.
func elfFile(segments ...segment) string {
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
	return elfFile(segment{elf.PT_LOAD, strings.Repeat("code", 2000) + "Linux version " + testRelease + " (me@here)"},
		segment{elf.PT_NOTE, note("GNU\x00", 3, "buildid") + note("Xen\x00", 18, "\x00\x00\x00\x01")})
}

func plainKernel() string {
	return elfFile(segment{elf.PT_LOAD, "Linux version " + testRelease + " (me@here)"}, segment{elf.PT_NOTE, note("Xen\x00", 5, "12")})
}

func koFile(name, depends string) string {
	return string(modinfotest.Module("license=GPL\x00depends=" + depends + "\x00name=" + name + "\x00"))
}

func TestHasPVH(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want bool
	}{
		"entry":           {pvhKernel(), true},
		"no entry":        {plainKernel(), false},
		"another's note":  {elfFile(segment{elf.PT_NOTE, note("GNU\x00", 18, "1234")}), false},
		"note cut short":  {elfFile(segment{elf.PT_NOTE, note("Xen\x00", 18, "1234")[:16]}), false},
		"absurd sizes":    {elfFile(segment{elf.PT_NOTE, strings.Repeat("\xff", 32)}), false},
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
	f.Fuzz(func(_ *testing.T, data []byte) {
		hasPVH(bytes.NewReader(data)) // must not panic
	})
}

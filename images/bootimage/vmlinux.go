// SPDX-License-Identifier: Apache-2.0

package bootimage

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"regexp"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
)

var errNoPVH = errors.New("the kernel has no PVH entry (CONFIG_PVH)")

// WriteVmlinux extracts the ELF kernel of a bzImage. QEMU can start it at its PVH
// entry, so that the guest need not decompress it. On an error it leaves no file.
func WriteVmlinux(ctx context.Context, image []byte, path string) error {
	bz, err := parseBzImage(image)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = decompress(ctx, bz.payload, f)
	if err == nil && !hasPVH(f) {
		err = errNoPVH
	}
	if err = blame.Join(err, f.Close()); err != nil {
		return blame.Join(err, os.Remove(path))
	}
	return nil
}

// TellSlower reports that the bzImage itself is booted because WriteVmlinux
// failed. It returns an error only if ctx has ended.
func TellSlower(ctx context.Context, why error, tell func(string)) error {
	if ctx.Err() == nil {
		tell("booting the bzImage, which is slower: " + why.Error())
	}
	return ctx.Err()
}

// IsELF reports whether a file is an ELF file. It reads only the start of it.
func IsELF(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head, err := io.ReadAll(io.NewSectionReader(f, 0, int64(len(elf.ELFMAG))))
	return string(head) == elf.ELFMAG, err
}

// HasPVH reports whether a file is an x86-64 vmlinux that QEMU can start at its
// PVH entry.
func HasPVH(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return hasPVH(f)
}

// physEntry is XEN_ELFNOTE_PHYS32_ENTRY (include/xen/interface/elfnote.h).
const physEntry = 18

// hasPVH looks for the ELF note of the PVH entry.
func hasPVH(r io.ReaderAt) bool {
	f, err := elf.NewFile(r)
	if err != nil || f.Machine != elf.EM_X86_64 {
		return false
	}
	for _, p := range f.Progs {
		if p.Type != elf.PT_NOTE {
			continue
		}
		notes, err := bounded.ReadAll(p.Open(), 1<<20)
		if err == nil && hasNote(notes, "Xen\x00", physEntry) {
			return true
		}
	}
	return false
}

// hasNote looks for a note in a segment. A note is the size of its name, the size
// of its data and its type, then name and data, each padded to 4 bytes.
func hasNote(notes []byte, name string, kind uint32) bool {
	for len(notes) >= 12 {
		nameSize := uint64(binary.LittleEndian.Uint32(notes))
		size := uint64(binary.LittleEndian.Uint32(notes[4:]))
		found := binary.LittleEndian.Uint32(notes[8:])
		notes = notes[12:]
		padded := (nameSize+3)&^3 + (size+3)&^3
		if padded > uint64(len(notes)) {
			return false
		}
		if found == kind && bytes.HasPrefix(notes, []byte(name)) && nameSize == uint64(len(name)) {
			return true
		}
		notes = notes[padded:]
	}
	return false
}

var banner = regexp.MustCompile(`Linux version ([0-9][!-~]{0,63}) \(`)

// VmlinuxRelease returns the release (uname -r) of a vmlinux, from linux_banner
// (init/version-timestamp.c).
func VmlinuxRelease(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	image, err := elf.NewFile(f)
	if err != nil {
		return "", err
	}
	if a := arch.Default(); image.Machine != a.ELF {
		return "", blame.Userf("%s is not an %s kernel", path, a.Name)
	}
	for _, p := range image.Progs {
		if p.Type != elf.PT_LOAD {
			continue
		}
		data, err := bounded.ReadAll(p.Open(), maxVmlinux)
		if err != nil {
			return "", err
		}
		if m := banner.FindSubmatch(data); m != nil {
			return string(m[1]), nil
		}
	}
	return "", blame.Userf("%s holds no “Linux version”: not a kernel", path)
}

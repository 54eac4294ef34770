// SPDX-License-Identifier: Apache-2.0

package modcode

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
)

// relaSize is the size of an Elf64_Rela.
const relaSize = 24

// read reads the code, the relocations in it, and ftrace's list, which consists
// of relocations.
func (o *object) read(f *elf.File) error {
	for _, s := range f.Sections {
		if s.Type != elf.SHT_RELA || int(s.Info) >= len(f.Sections) {
			continue
		}
		target := f.Sections[s.Info]
		isCode := target.Flags&elf.SHF_EXECINSTR != 0
		if !isCode && target.Name != o.machine.sites {
			continue
		}
		relocs, err := relas(s, f.ByteOrder)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		if !isCode {
			o.addSites(relocs)
			continue
		}
		at := elf.SectionIndex(s.Info)
		o.relocs[at] = relocs
		if o.code[at], err = target.Data(); err != nil {
			return fmt.Errorf("%s: %w", target.Name, err)
		}
	}
	return nil
}

func relas(s *elf.Section, order binary.ByteOrder) ([]elf.Rela64, error) {
	data, err := s.Data()
	if err != nil {
		return nil, err
	}
	list := make([]elf.Rela64, len(data)/relaSize)
	return list, binary.Read(bytes.NewReader(data), order, list)
}

func (o *object) addSites(relocs []elf.Rela64) {
	for _, rel := range relocs {
		sym := o.symbolOf(rel)
		o.sites = append(o.sites, place{sym.Section, sym.Value + uint64(rel.Addend)})
	}
}

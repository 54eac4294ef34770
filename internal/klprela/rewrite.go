// SPDX-License-Identifier: Apache-2.0

package klprela

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	symbolPrefix = ".klp.sym."  // KLP_SYM_PREFIX
	relaPrefix   = ".klp.rela." // KLP_RELASEC_PREFIX

	// include/uapi/linux/elf.h
	shnLivepatch     = 0xff20
	shfRelaLivepatch = 0x00100000

	// stands for a comma, which no assembler accepts in a name
	comma = "$"
)

// reference is a symbol name of the special form .klp.rela.OBJECT$SYMBOL. Each further $ in
// SYMBOL is a comma. Relocations to SYMBOL go to OBJECT's relocation section.
type reference struct{ object, symbol string }

func parseReference(name string) (r reference, ok bool) {
	rest, ok := strings.CutPrefix(name, relaPrefix)
	if !ok {
		return r, false
	}
	object, symbol, ok := strings.Cut(rest, comma)
	return reference{object, strings.ReplaceAll(symbol, comma, ",")}, ok
}

// Rewrite moves relocations to symbols with a name of the special form into livepatch
// relocation sections, and marks these symbols for livepatch. A module without such symbols
// is returned unchanged.
func Rewrite(module []byte) ([]byte, error) {
	if !bytes.Contains(module, []byte(relaPrefix)) {
		return module, nil
	}
	o, err := parse(module)
	if err != nil {
		return nil, err
	}
	table := slices.IndexFunc(o.sections, func(s elf.Section64) bool { return elf.SectionType(s.Type) == elf.SHT_SYMTAB })
	if table < 0 {
		return nil, errors.New("there are no symbols")
	}
	objects, err := o.mark(uint32(table))
	if err != nil || len(objects) == 0 {
		return module, err
	}
	for i := range o.sections {
		if err := o.split(uint32(i), uint32(table), objects); err != nil {
			return nil, err
		}
	}
	return o.file()
}

// mark gives the symbols their real names, and marks the livepatch symbols. It returns the
// object to which each symbol's relocations belong, by symbol number.
func (o *object) mark(table uint32) (map[uint32]string, error) {
	content, err := o.content(table)
	if err != nil {
		return nil, err
	}
	symbols := make([]elf.Sym64, len(content)/symbolSize)
	if err := o.decode(content, symbols); err != nil {
		return nil, err
	}
	objects := map[uint32]string{}
	for i := range symbols {
		name, err := o.text(o.sections[table].Link, symbols[i].Name)
		if err != nil {
			return nil, err
		}
		r, ok := parseReference(name)
		if !ok || elf.SectionIndex(symbols[i].Shndx) != elf.SHN_UNDEF {
			continue
		}
		objects[uint32(i)] = r.object
		if symbols[i], err = o.renamed(symbols[i], o.sections[table].Link, r.symbol); err != nil {
			return nil, err
		}
	}
	copy(content, o.encode(nil, symbols))
	return objects, nil
}

// renamed returns the symbol with its real name. If it is not a livepatch symbol, it stays
// weak, so that the module loader accepts it undefined.
func (o *object) renamed(s elf.Sym64, names uint32, name string) (elf.Sym64, error) {
	offset, err := o.addText(names, name)
	s.Name, s.Other = offset, 0
	if strings.HasPrefix(name, symbolPrefix) {
		s.Shndx = shnLivepatch
		s.Info = elf.ST_INFO(elf.STB_GLOBAL, elf.STT_NOTYPE)
	}
	return s, err
}

// split moves relocations to such symbols from a relocation section to a new one for each
// object. Sections that are not loaded keep their relocations.
func (o *object) split(section, table uint32, objects map[uint32]string) error {
	s := o.sections[section]
	if elf.SectionType(s.Type) != elf.SHT_RELA || s.Link != table || s.Info >= uint32(len(o.sections)) ||
		o.sections[s.Info].Flags&uint64(elf.SHF_ALLOC) == 0 {
		return nil
	}
	content, err := o.content(section)
	if err != nil {
		return err
	}
	moved, stay := o.sorted(content, objects)
	if len(moved) == 0 {
		return nil
	}
	copy(content, stay)
	o.sections[section].Size = uint64(len(stay))
	for _, object := range slices.Sorted(maps.Keys(moved)) {
		if err := o.addSection(s, object, moved[object]); err != nil {
			return err
		}
	}
	return nil
}

// sorted separates the relocations to such symbols, by object, from all others.
func (o *object) sorted(content []byte, objects map[uint32]string) (moved map[string][]byte, stay []byte) {
	moved = map[string][]byte{}
	for entry := range slices.Chunk(content, relaSize) {
		if len(entry) == relaSize {
			info := o.order.Uint64(entry[8:])
			if object, ok := objects[elf.R_SYM64(info)]; ok {
				moved[object] = append(moved[object], entry...)
				continue
			}
		}
		stay = append(stay, entry...)
	}
	return moved, stay
}

// addSection adds an object's relocation section, which applies to the same section as s.
func (o *object) addSection(s elf.Section64, object string, content []byte) error {
	if len(o.sections) == maxSections {
		return fmt.Errorf("more than %d sections", maxSections)
	}
	applied, err := o.text(uint32(o.header.Shstrndx), o.sections[s.Info].Name)
	if err != nil {
		return err
	}
	name := relaPrefix + object
	if !strings.HasPrefix(applied, ".") {
		name += "."
	}
	if s.Name, err = o.addText(uint32(o.header.Shstrndx), name+applied); err != nil {
		return err
	}
	s.Flags = uint64(elf.SHF_ALLOC|elf.SHF_INFO_LINK) | shfRelaLivepatch
	s.Off, s.Size = o.append(content, 8), uint64(len(content))
	o.sections = append(o.sections, s)
	return nil
}

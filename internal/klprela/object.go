// SPDX-License-Identifier: Apache-2.0

package klprela

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

const (
	headerSize  = 64 // elf.Header64
	sectionSize = 64
	symbolSize  = elf.Sym64Size
	relaSize    = 24

	maxSections = 1 << 12 // the largest module has a few hundred
	maxName     = 1 << 10
	maxTexts    = 1 << 20
)

// object is a relocatable ELF file. [object.file] writes the other fields back to data.
type object struct {
	data     []byte // the sections' contents, at their offsets
	order    binary.ByteOrder
	header   elf.Header64
	sections []elf.Section64
	texts    map[uint32][]byte // strings to add to a string table, by section
}

func parse(data []byte) (*object, error) {
	if len(data) < headerSize || !bytes.HasPrefix(data, []byte(elf.ELFMAG)) || elf.Class(data[elf.EI_CLASS]) != elf.ELFCLASS64 {
		return nil, errors.New("not a 64-bit ELF file")
	}
	o := &object{data: bytes.Clone(data), order: binary.LittleEndian, texts: map[uint32][]byte{}}
	if elf.Data(data[elf.EI_DATA]) == elf.ELFDATA2MSB {
		o.order = binary.BigEndian
	}
	if err := o.decode(data, &o.header); err != nil {
		return nil, err
	}
	h := o.header
	if elf.Type(h.Type) != elf.ET_REL || h.Shentsize != sectionSize || h.Shnum == 0 || h.Shnum > maxSections || h.Shstrndx >= h.Shnum {
		return nil, errors.New("not a relocatable ELF file with sections")
	}
	table, err := o.bytes(h.Shoff, uint64(h.Shnum)*sectionSize)
	if err != nil {
		return nil, fmt.Errorf("table of sections: %w", err)
	}
	o.sections = make([]elf.Section64, h.Shnum)
	return o, o.decode(table, o.sections)
}

func (o *object) decode(from []byte, to any) error {
	_, err := binary.Decode(from, o.order, to)
	return err
}

func (o *object) bytes(offset, size uint64) ([]byte, error) {
	if offset > uint64(len(o.data)) || size > uint64(len(o.data))-offset {
		return nil, errors.New("beyond the end of the file")
	}
	return o.data[offset : offset+size], nil
}

// content returns the content of a section, which may be changed in place.
func (o *object) content(section uint32) ([]byte, error) {
	if section >= uint32(len(o.sections)) {
		return nil, fmt.Errorf("there is no section %d", section)
	}
	s := o.sections[section]
	if s.Flags&uint64(elf.SHF_COMPRESSED) != 0 {
		return nil, fmt.Errorf("section %d is compressed", section)
	}
	data, err := o.bytes(s.Off, s.Size)
	if err != nil {
		return nil, fmt.Errorf("section %d: %w", section, err)
	}
	return data, nil
}

// text returns a string from a string table.
func (o *object) text(section, offset uint32) (string, error) {
	table, err := o.content(section)
	if err != nil {
		return "", err
	}
	if uint64(offset) >= uint64(len(table)) {
		return "", fmt.Errorf("section %d has no text at %d", section, offset)
	}
	text, _, ended := bytes.Cut(table[offset:], []byte{0})
	if !ended || len(text) > maxName {
		return "", fmt.Errorf("section %d has no name at %d", section, offset)
	}
	return string(text), nil
}

// addText adds a string to a string table, and returns its offset.
func (o *object) addText(section uint32, text string) (uint32, error) {
	table, err := o.content(section)
	if err != nil {
		return 0, err
	}
	offset := len(table) + len(o.texts[section])
	o.texts[section] = append(append(o.texts[section], text...), 0)
	if len(o.texts[section]) > maxTexts {
		return 0, fmt.Errorf("names of more than %d bytes", maxTexts)
	}
	return uint32(offset), nil
}

// append adds data at the end, and returns its offset.
func (o *object) append(data []byte, align int) uint64 {
	for len(o.data)%align != 0 {
		o.data = append(o.data, 0)
	}
	offset := len(o.data)
	o.data = append(o.data, data...)
	return uint64(offset)
}

// encode is binary.Append for a type with a fixed size.
func (o *object) encode(to []byte, v any) []byte {
	to, err := binary.Append(to, o.order, v)
	if err != nil {
		panic(err) // a type without a fixed size
	}
	return to
}

// file returns the file with all changes.
func (o *object) file() ([]byte, error) {
	for section, more := range o.texts {
		table, err := o.content(section)
		if err != nil {
			return nil, err
		}
		s := &o.sections[section]
		s.Off, s.Size = o.append(slices.Concat(table, more), 1), uint64(len(table)+len(more))
	}
	o.header.Shoff = o.append(o.encode(nil, o.sections), 8)
	o.header.Shnum = uint16(len(o.sections))
	copy(o.data, o.encode(nil, o.header))
	return o.data, nil
}

// SPDX-License-Identifier: Apache-2.0

package modcode

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Function is a function in a module.
type Function struct {
	Name   string
	Size   uint64   // in bytes; 0: unknown
	Twins  []string // the other functions at its address
	Traced bool     // ftrace can redirect it at its start
	Calls  []string // functions of other sections or modules that it calls; by name, in order
	Jumps  []string // those that it jumps to
}

// Functions returns the functions of the module in r, in the order of its
// symbols. A name may occur twice.
func Functions(r io.ReaderAt) ([]Function, error) {
	f, err := open(r)
	if err != nil {
		return nil, fmt.Errorf("not a kernel module: %w", err)
	}
	var list []Function
	for _, sym := range f.functions {
		list = append(list, f.describe(sym))
	}
	return list, nil
}

// object is a parsed module file.
type object struct {
	machine   machine
	symbols   []elf.Symbol // by their number less one, as in debug/elf
	functions []elf.Symbol // the functions that are defined
	code      map[elf.SectionIndex][]byte
	relocs    map[elf.SectionIndex][]elf.Rela64 // of that section
	sites     []place
}

// place is an address, relative to the start of its section.
type place struct {
	section elf.SectionIndex
	offset  uint64
}

func open(r io.ReaderAt) (*object, error) {
	f, err := elf.NewFile(r)
	if err != nil {
		return nil, err
	}
	m, ok := machines[f.Machine]
	switch {
	case f.Class != elf.ELFCLASS64 || f.Type != elf.ET_REL:
		return nil, errors.New("not a relocatable 64-bit file")
	case !ok:
		return nil, fmt.Errorf("its code is for %v, which klptest cannot read", f.Machine)
	}
	o := &object{machine: m, code: map[elf.SectionIndex][]byte{}, relocs: map[elf.SectionIndex][]elf.Rela64{}}
	if o.symbols, err = f.Symbols(); err != nil {
		return nil, err
	}
	o.functions = slices.DeleteFunc(slices.Clone(o.symbols), func(s elf.Symbol) bool {
		return elf.ST_TYPE(s.Info) != elf.STT_FUNC || s.Section == elf.SHN_UNDEF || s.Section >= elf.SHN_LORESERVE
	})
	return o, o.read(f)
}

func (o *object) describe(sym elf.Symbol) Function {
	at := place{sym.Section, sym.Value}
	fn := Function{Name: sym.Name, Size: sym.Size}
	for _, other := range o.functions {
		if (place{other.Section, other.Value}) == at && other != sym {
			fn.Twins = append(fn.Twins, other.Name)
		}
	}
	fn.Traced = slices.ContainsFunc(o.sites, func(s place) bool {
		return s.section == at.section && s.offset >= at.offset && s.offset-at.offset <= o.machine.entry
	})
	for _, rel := range o.relocs[sym.Section] {
		if rel.Off < sym.Value || rel.Off-sym.Value >= sym.Size {
			continue
		}
		switch o.machine.branch(o.code[sym.Section], rel.Off, elf.R_TYPE64(rel.Info)) {
		case call:
			fn.Calls = append(fn.Calls, o.symbolOf(rel).Name)
		case jump:
			fn.Jumps = append(fn.Jumps, o.symbolOf(rel).Name)
		}
	}
	return fn
}

// symbolOf returns the symbol that a relocation is relative to.
func (o *object) symbolOf(rel elf.Rela64) elf.Symbol {
	i := elf.R_SYM64(rel.Info)
	if i == 0 || uint64(i) > uint64(len(o.symbols)) {
		return elf.Symbol{}
	}
	return o.symbols[i-1]
}

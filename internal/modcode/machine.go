// SPDX-License-Identifier: Apache-2.0

package modcode

import "debug/elf"

// machine holds what differs between architectures.
type machine struct {
	// sites is the section that lists the places where ftrace can redirect
	// functions (include/linux/module.h, FTRACE_CALLSITE_SECTION). entry is how
	// far after a function's start that place may be.
	sites string
	entry uint64
	// branch tells what an instruction does, by its operand at code[at:]
	// and the type of the relocation there.
	branch func(code []byte, at uint64, relocation uint32) branch
}

type branch int

const (
	neither branch = iota
	call
	jump // conditional or not
)

var machines = map[elf.Machine]machine{
	// An ENDBR64 of four bytes may come first.
	elf.EM_X86_64: {sites: "__mcount_loc", entry: 4, branch: branchX86},
}

// branchX86: CALL rel32 is e8, JMP rel32 is e9 and Jcc rel32 is 0f 80 to 0f 8f
// (Intel SDM, volume 2). No other instruction has such a byte before an operand
// that is relative to RIP: such an operand follows a ModRM of the form 00…101.
func branchX86(code []byte, at uint64, relocation uint32) branch {
	switch elf.R_X86_64(relocation) {
	case elf.R_X86_64_PC32, elf.R_X86_64_PLT32:
	default:
		return neither
	}
	if at < 2 || at > uint64(len(code)) {
		return neither
	}
	switch before, last := code[at-2], code[at-1]; {
	case last == 0xe8:
		return call
	case last == 0xe9, before == 0x0f && last&0xf0 == 0x80:
		return jump
	}
	return neither
}

// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"debug/elf"
	"regexp"

	"github.com/klptest/klptest/internal/arch"
)

// Made is a made-up architecture.
var Made = arch.Arch{
	Name:   "made64",
	GOARCH: "made",
	Debian: "madeel",
	ELF:    elf.EM_NONE,
	Kernel: arch.Kernel{
		Dir:        "made",
		Option:     "MADE64",
		Image:      "arch/made/boot/Image",
		Console:    []string{"console=ttyMADE0"},
		Emulated:   []string{"made_slowly"},
		MaxCmdline: 4096,
	},
	QEMU: arch.QEMU{
		Program:   "qemu-system-made64",
		Machine:   "board",
		CPU:       "all",
		Bus:       "ccw",
		MaxCPUs:   3,
		Virtual:   regexp.MustCompile(`^made$`),
		NoVirtual: "it is not made for that",
	},
}

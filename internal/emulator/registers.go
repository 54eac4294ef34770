// SPDX-License-Identifier: Apache-2.0

package emulator

import "strconv"

// The bits of EFLAGS that always have the same value in 64-bit mode: the
// reserved ones and VM (Intel SDM volume 1, 3.4.3, and the pages of POPF, IRET
// and SYSRET in volume 2).
const (
	alwaysOne  = 1 << 1
	alwaysZero = 1<<3 | 1<<5 | 1<<15 | 1<<17 | ^uint64(1<<22-1)
)

// impossible returns the bits of EFLAGS, in hexadecimal digits, that do not
// have their fixed value.
func impossible(digits string) uint64 {
	flags, err := strconv.ParseUint(digits, 16, 64)
	if err != nil {
		return 0
	}
	return flags&alwaysZero | ^flags&alwaysOne
}

// canonical reports whether an address can be one of 57 bits, the most that an
// x86_64 processor has (5-level page tables). Anything but a number passes.
func canonical(digits string) bool {
	address, err := strconv.ParseUint(digits, 16, 64)
	return err != nil || uint64(int64(address<<7)>>7) == address
}

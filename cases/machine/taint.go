// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// taintLetters are the letters of the taint bits, from bit 0 on; see
// Documentation/admin-guide/tainted-kernels.rst and taint_flags[] in
// kernel/panic.c.
const taintLetters = "PFSRMBUDAWCIOELKXTNJ"

// ModuleTaints are the bits that loading a test livepatch always sets:
// TAINT_OOT_MODULE, TAINT_UNSIGNED_MODULE, TAINT_LIVEPATCH.
const ModuleTaints = 1<<12 | 1<<13 | 1<<15

// ParseTaints reads taint bits, by letter ("W") or by number ("9").
func ParseTaints(items []string) (uint64, error) {
	var mask uint64
	for _, item := range items {
		bit := strings.Index(taintLetters, item)
		if len(item) != 1 || bit < 0 {
			n, err := strconv.Atoi(item)
			if err != nil || n < 0 || n > 63 {
				return 0, fmt.Errorf("%q is neither a taint letter (%s) nor the number of a taint bit", item, taintLetters)
			}
			bit = n
		}
		mask |= 1 << bit
	}
	return mask, nil
}

// TaintNames lists the bits of a mask, as "W (bit 9)".
func TaintNames(mask uint64) string {
	var names []string
	for ; mask != 0; mask &= mask - 1 {
		bit := bits.TrailingZeros64(mask)
		letter := "?"
		if bit < len(taintLetters) {
			letter = taintLetters[bit : bit+1]
		}
		names = append(names, fmt.Sprintf("%s (bit %d)", letter, bit))
	}
	return strings.Join(names, ", ")
}

// TaintHeader lists the bits of a mask as the header Taints has them.
func TaintHeader(mask uint64) string {
	var list []string
	for ; mask != 0; mask &= mask - 1 {
		bit := bits.TrailingZeros64(mask)
		if bit < len(taintLetters) {
			list = append(list, taintLetters[bit:bit+1])
		} else {
			list = append(list, strconv.Itoa(bit))
		}
	}
	return strings.Join(list, ", ")
}

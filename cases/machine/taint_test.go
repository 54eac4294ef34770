// SPDX-License-Identifier: Apache-2.0

package machine

import "testing"

func TestTaints(t *testing.T) {
	mask, err := ParseTaints([]string{"W", "9", "D", "63"})
	if want := uint64(1<<9 | 1<<7 | 1<<63); mask != want || err != nil {
		t.Errorf("%#x, %v, want %#x", mask, err, want)
	}
	if got, want := TaintNames(mask), "D (bit 7), W (bit 9), ? (bit 63)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := TaintNames(ModuleTaints), "O (bit 12), E (bit 13), K (bit 15)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

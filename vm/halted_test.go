// SPDX-License-Identifier: Apache-2.0

package vm

import "testing"

func TestHalted(t *testing.T) {
	for answer, want := range map[string]bool{
		`{"return":"RIP=1 II=0 A20=1 SMM=0 HLT=1\r\nES =0000"}`: true,
		`{"return":"RIP=1 II=0 A20=1 SMM=0 HLT=0\r\nES =0000"}`: false,
		`{"return":""}`: false,
		`no JSON HLT=1`: false,
	} {
		if halted([]byte(answer)) != want {
			t.Errorf("%s: %t", answer, !want)
		}
	}
}

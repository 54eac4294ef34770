// SPDX-License-Identifier: Apache-2.0

package vm

import "testing"

func TestMark(t *testing.T) {
	halted := make([]bool, 2)
	for i, tt := range []struct {
		answer string
		want   bool
	}{
		{`{"return":"CPU#0\r\nRIP=1 II=0 A20=1 SMM=0 HLT=1\r\nCPU#1\r\nA20=1 SMM=0 HLT=0\r\n"}`, false},
		{`{"return":"CPU#0\r\nSMM=0 HLT=0\r\n"}`, false}, // of one processor only
		{`no JSON`, false},
		{`{"return":""}`, false},
		{`{"return":"CPU#0\r\nSMM=0 HLT=0\r\nCPU#1\r\nSMM=0 HLT=1\r\nCPU#2 HLT=0"}`, true},
	} {
		if got := mark(halted, []byte(tt.answer)); got != tt.want {
			t.Errorf("answer %d: %t", i, got)
		}
	}
}

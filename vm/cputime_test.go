// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCPUThreads(t *testing.T) {
	got, err := parseCPUThreads([]byte(`{"return": [{"cpu-index": 0, "thread-id": 12, "target": "x86_64"}, {"cpu-index": 1, "thread-id": 12}, {"thread-id": 13}], "id": "3"}`))
	if diff := cmp.Diff(map[int]bool{12: true, 13: true}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, answer := range []string{"", `{"return": []}`, `{"return": {}}`} {
		if got, err := parseCPUThreads([]byte(answer)); err == nil {
			t.Errorf("%q gives %v", answer, got)
		}
	}
}

func TestParseSchedstat(t *testing.T) {
	got, err := parseSchedstat("123456789 4321 77\n")
	if err != nil || got != (CPUTime{Run: 123456789, Wait: 4321}) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "1", "a 1 1", "1 b 1"} {
		if got, err := parseSchedstat(text); err == nil {
			t.Errorf("%q gives %+v", text, got)
		}
	}
}

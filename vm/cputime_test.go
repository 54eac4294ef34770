// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

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

// TestStarved: emulated processors that share a thread have each waited as long as it has.
func TestStarved(t *testing.T) {
	for _, tc := range []struct {
		threads map[int]bool
		want    time.Duration
	}{
		{map[int]bool{11: true}, 30 * time.Second},
		{map[int]bool{11: true, 12: true}, 20 * time.Second},
	} {
		c := &cpuClock{tasks: t.TempDir(), threads: tc.threads}
		for tid, wait := range map[int]time.Duration{11: 30 * time.Second, 12: 10 * time.Second} {
			dir := filepath.Join(c.tasks, fmt.Sprint(tid))
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "schedstat"), fmt.Appendf(nil, "1000 %d 7\n", wait), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		v := newVM(config{Spec: Spec{CPUs: 2}}, TCG)
		v.clock = c
		if got := v.Starved(); got != tc.want {
			t.Errorf("%d threads: %v, want %v", len(tc.threads), got, tc.want)
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

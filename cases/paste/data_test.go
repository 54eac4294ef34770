// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
	"testing"
)

// TestTakenData: a livepatch whose data another one takes over has data, even if
// the text does not show the allocation.
func TestTakenData(t *testing.T) {
	const (
		first  = "% insmod lp_one|livepatch: enabling patch 'lp_one'|livepatch: 'lp_one': patching complete|% insmod lp_two|livepatch: enabling patch 'lp_two'|"
		second = "livepatch: 'lp_two': patching complete|% rmmod lp_one|% echo 0 > /sys/kernel/livepatch/lp_two/enabled|livepatch: 'lp_two': unpatching complete"
	)
	for _, line := range []string{
		"lp_two: allocate_loglevel_state: space to store console_loglevel already allocated|",
		"lp_two: fix_console_loglevel: taking over the console_loglevel change|",
		"lp_two: take lp_one/1/1|",
	} {
		got, made := commandsOf(t, first+line+second, Options{})
		if !strings.HasPrefix(got, "insmod klp_a states=1:1 data=alloc|insmod klp_b states=1:1 replace=1 data=take|") {
			t.Errorf("%s: %s", line, got)
		}
		if !strings.Contains(string(made.Case), "\nklp_b: take klp_a/1/1\n") {
			t.Errorf("%s: klp_b takes nothing over:\n%s", line, made.Case)
		}
	}
	got, _ := commandsOf(t, first+"lp_two: allocate_loglevel_state: allocating space to store console_loglevel|"+second, Options{})
	if strings.Contains(got, "klp_a states=1:1 data") {
		t.Errorf("klp_a gets data that nobody takes: %s", got)
	}
}

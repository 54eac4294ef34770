// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
	"testing"
)

// TestForeignModules: a module that the log does not show to be a livepatch is
// left out, or said to be assumed one.
func TestForeignModules(t *testing.T) {
	const (
		log     = "|# dmesg|[1.0] livepatch: enabling patch 'a_b'|[1.1] livepatch: 'a_b': patching complete"
		left    = "# left out: modprobe nf_x\n"
		assumed = "  klp_b  assumed to be a livepatch"
		foreign = "  nf_x  -      no livepatch: the log shows others being enabled, but not it"
	)
	tests := []struct{ name, text, want string }{
		{"the log lacks it", "# insmod a_b.ko|# modprobe nf_x" + log, left},
		{"the table says so", "# insmod a_b.ko|# modprobe nf_x" + log, foreign},
		{"its removal goes, too", "# insmod a_b.ko|# modprobe nf_x|# rmmod nf_x" + log, "# left out: rmmod nf_x\n"},
		{"there is no log", "# insmod a_b.ko|# modprobe nf_x", assumed},
		{"it failed", "# insmod a_b.ko|# modprobe nf_x|modprobe: ERROR: could not insert 'nf_x': Invalid argument" + log, assumed},
		{"it has livepatch's files", "# insmod a_b.ko|# modprobe nf_x|# cat /sys/kernel/livepatch/nf_x/enabled" + log, "% insmod klp_b\n"},
		{"its name says what it is", "# insmod a_b.ko|# insmod livepatch_x.ko" + log, "% insmod klp_b\n"},
	}
	for _, test := range tests {
		_, made := commandsOf(t, test.text, Options{})
		if !strings.Contains(string(made.Case), test.want) {
			t.Errorf("%s: the case lacks %q:\n%s", test.name, test.want, made.Case)
		}
	}
}

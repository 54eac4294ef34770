// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTargetParameters: modules that are patched keep their parameters, and an
// init that fails is no removal.
func TestTargetParameters(t *testing.T) {
	const (
		load   = "% insmod lp_x|" + "livepatch: enabling patch 'lp_x'|livepatch: 'lp_x': patching complete|"
		undone = "livepatch: applying patch 'lp_x' to loading module 'MODULE'|livepatch: reverting patch 'lp_x' on unloading module 'MODULE'|"
		off    = "% echo 0 > /sys/kernel/livepatch/lp_x/enabled|livepatch: 'lp_x': unpatching complete|% rmmod lp_x"
		end    = "|echo 0 > /sys/kernel/livepatch/klp_a/enabled|rmmod klp_a"
	)
	tests := []struct{ name, text, want string }{
		{"a value", "% insmod klp_target number=4|% cat /sys/module/klp_target/parameters/value|% rmmod klp_target", "insmod klp_target number=4|cat /sys/module/klp_target/parameters/value|rmmod klp_target"},
		{"a failing init", load + "% insmod klp_target init_ret=-19|" + undone + off, "insmod klp_a objs=vmlinux,klp_target|insmod klp_target init_ret=-19" + end},
		{"of the reporter's module", load + "% insmod m_target|" + undone + "insmod: ERROR: could not insert module m_target.ko: Cannot allocate memory|" + off, "insmod klp_a objs=vmlinux,klp_target|insmod klp_target init_ret=-12" + end},
		{"with its error", "# insmod lp_x.ko|# insmod m_target.ko|insmod: ERROR: could not insert module m_target.ko: No such device|# dmesg|livepatch: enabling patch 'lp_x'|livepatch: 'lp_x': patching complete|" + undone, "insmod klp_a objs=vmlinux,klp_target|insmod klp_target init_ret=-19" + end},
		{"a removal that was typed", load + "% insmod m_target|livepatch: applying patch 'lp_x' to loading module 'MODULE'|% rmmod m_target|livepatch: reverting patch 'lp_x' on unloading module 'MODULE'|" + off, "insmod klp_a objs=vmlinux,klp_target|insmod klp_target|rmmod klp_target" + end},
		{"one that the log shows", strings.ReplaceAll(load+undone, "% insmod lp_x|", ""), "insmod klp_a objs=vmlinux,klp_target|insmod klp_target|rmmod klp_target" + end},
	}
	for _, test := range tests {
		module := "m_target"
		if strings.Contains(test.text, "klp_target") {
			module = "klp_target"
		}
		got, _ := commandsOf(t, strings.ReplaceAll(test.text, "MODULE", module), Options{})
		if d := cmp.Diff(strings.Split(test.want, "|"), strings.Split(got, "|")); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package casefile

import "testing"

func TestContained(t *testing.T) {
	for text, want := range map[string]bool{
		"% insmod klp_a states=1:1\n% echo 0 > /sys/kernel/livepatch/klp_a/enabled &\n% rmmod klp_a\n":                                 true,
		"% insmod klp_target\n% hold old\n% echo 2 > /sys/module/klp_target/parameters/hold_new\n% cat /proc/modules\n% release old\n": true,
		"% hold old\n% echo 2 > /sys/module/klp_target/parameters/hold_new\n":                                                          false, // who has loaded it?
		"% insmod klp_a\n% echo 1 > /sys/module/rcupdate/parameters/rcu_expedited\n% rmmod klp_a\n":                                    false,
		"% insmod klp_a\n% echo 1 > /sys/module/klp_a/../rcupdate/parameters/rcu_expedited\n":                                          false,
		"% insmod klp_a\n% echo 1 > /sys/module//rcupdate/parameters/rcu_expedited\n":                                                  false,
		"% insmod klp_a\n% echo 0 > /sys/kernel/livepatch/vendor/enabled\n% rmmod klp_a\n":                                             false,
		"% fail kmalloc 1\n% insmod klp_a\n% echo 1 > /sys/module/klp_fault/parameters/x\n":                                            true,
		"% sh sleep 9 &\n": false,
		"% sh true\n":      false,
		"% echo 0 > /proc/sys/kernel/ftrace_enabled\n% echo 1 > /proc/sys/kernel/ftrace_enabled\n": false,
		"% echo 1 > /sys/kernel/livepatch/../debug/x\n":                                            false,
		"% insmod klp_a\n-- klp_a.c --\n/* SPDX-License-Identifier: GPL-2.0 */\n":                  false,
	} {
		c, err := Parse("a.txtar", []byte("A.\n\n-- transcript --\n"+text))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Contained(); got != want {
			t.Errorf("%v for\n%s", got, text)
		}
	}
}

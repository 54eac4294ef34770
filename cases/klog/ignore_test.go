// SPDX-License-Identifier: Apache-2.0

package klog

import "testing"

func TestIgnored(t *testing.T) {
	drop := []string{
		"klp_a: tainting kernel with TAINT_LIVEPATCH",
		"klp_a: loading out-of-tree module taints kernel.",
		"klp_a: module verification failed: signature and/or required key missing - tainting kernel",
		"livepatch: signaling remaining tasks",
		"livepatch: klp_try_switch_task: kworker/0:1:33 is sleeping on function klp_target_hold_old",
		" SUBSYSTEM=pci", "DEVICE=+pci:0000:00:03.0", "caller=T117",
		"random: crng init done", "hrtimer: interrupt took 10817714 ns", "clocksource: Switched to clocksource tsc",
		"perf: interrupt took too long (2528 > 2500), lowering kernel.perf_event_max_sample_rate to 79000",
		"workqueue: klp_transition_work_fn hogged CPU for >10000us 4 times, consider switching to WQ_UNBOUND",
		"TSC found unstable after boot, most likely due to broken BIOS. Use 'tsc=unstable'.", "tsc: Marking TSC unstable due to clocksource watchdog",
		"sched_clock: Marking unstable (26573526864, -52783034)<-(27088063536, -567311336)", "sched_clock: Marking stable (1, 2)->(3, 4)",
		"CE: hpet increased min_delta_ns to 20115 nsec", "sched: DL replenish lagged too much",
		"NOHZ tick-stop error: local softirq work is pending, handler #08!!!",
		"INFO: NMI handler (perf_event_nmi_handler) took too long to run: 1.234 msecs", "serial8250: too much work for irq4",
		"rcu_tasks_wait_gp: rcu_tasks grace period number 9 (since boot) is 2501 jiffies old.",
		"kobject: 'klp_a' (0000000043041bef): fill_kobj_path: path = '/module/klp_a'", "kobject: (0000000009bbb24b): dynamic_kobj_release",
		"kobject: 'notes': free name", "kobject: 'klp_a' (0000000043041bef): auto cleanup 'remove' event", "kobject: 'a' (0): kobject_uevent_env",
		"klp_hold_old (117) used greatest stack depth: 13560 bytes left", "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
		"kobject: 'klp_a' (0000000043041bef): kobject_release, parent 0000000000000000 (delayed 750)",
		"input: ImExPS/2 Generic Explorer Mouse as /devices/platform/i8042/serio1/input/input3",
	}
	keep := []string{
		"livepatch: enabling patch 'klp_a'", "livepatch: 'klp_a': starting patching transition",
		"klp_a: pre_patch vmlinux: state 1 own=1 prev=none", "livepatch: tainting", "klp_a: SUBSYSTEM=x",
		"livepatch: signaling remaining tasks, all of them", "rcu: INFO: rcu_tasks detected stalls on tasks:", "input: x",
		"INFO: task x:1 blocked for more than 120 seconds.", "CE: x", "sched: x", "workqueue: x", "random: x",
		"kobject: 'x' (000000002a0fcf81): does not have a release() function, it is broken and must be fixed. See Documentation/core-api/kobject.rst.",
		"kobject: (000000002a0fcf81): tried to init an initialized object, something is seriously wrong.",
	}
	for _, line := range drop {
		if !Ignored(line) {
			t.Errorf("kept: %s", line)
		}
	}
	for _, line := range keep {
		if Ignored(line) {
			t.Errorf("dropped: %s", line)
		}
	}
}

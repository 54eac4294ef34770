// SPDX-License-Identifier: Apache-2.0

package klog

import "regexp"

// ignored are log lines that say nothing about a case: lines that a kernel logs
// once, lines that it logs at any time, and the lines of a record's dictionary.
var ignored = []*regexp.Regexp{
	// Taint notices; kernel/module/main.c, kernel/module/livepatch.c.
	regexp.MustCompile(`^([\w-]+: )?tainting kernel with TAINT_LIVEPATCH$`),
	regexp.MustCompile(`^[\w-]+: loading out-of-tree module taints kernel\.?$`),
	regexp.MustCompile(`^[\w-]+: module verification failed: signature and/or required key missing - tainting kernel$`),

	// Retries of a transition; kernel/livepatch/transition.c. The second is a
	// pr_debug() in klp_check_stack() of some kernels before 5.18.
	regexp.MustCompile(`^livepatch: signaling remaining tasks$`),
	regexp.MustCompile(`^livepatch: klp_(try_switch_task|check_stack): `),

	// The dictionary of a record; Documentation/ABI/testing/dev-kmsg.
	regexp.MustCompile(`^ ?(SUBSYSTEM|DEVICE)=|^caller=[TC]\d+$`),

	// Slow or freshly booted machines.
	regexp.MustCompile(`^random: crng init done$`),                        // drivers/char/random.c
	regexp.MustCompile(`^hrtimer: interrupt took \d+ ns$`),                // kernel/time/hrtimer.c
	regexp.MustCompile(`^perf: interrupt took too long `),                 // kernel/events/core.c
	regexp.MustCompile(`^workqueue: \S+ hogged CPU for `),                 // kernel/workqueue.c
	regexp.MustCompile(`^sched: RT throttling activated$`),                // kernel/sched/rt.c
	regexp.MustCompile(`^sched_clock: Marking (un)?stable `),              // kernel/sched/clock.c
	regexp.MustCompile(`^TSC found unstable after boot, `),                // the same
	regexp.MustCompile(`^clocksource: |^tsc: (Refined TSC|Marking TSC) `), // kernel/time/clocksource.c, arch/x86/kernel/tsc.c
	regexp.MustCompile(`^CE: .* min_delta_ns to \d+ nsec$`),               // kernel/time/clockevents.c
	regexp.MustCompile(`^NOHZ tick-stop error: `),                         // kernel/time/tick-sched.c
	regexp.MustCompile(`^sched: DL replenish lagged too much$`),           // kernel/sched/deadline.c
	regexp.MustCompile(`^INFO: NMI handler .* took too long to run: `),    // arch/x86/kernel/nmi.c
	regexp.MustCompile(`^serial8250: too much work for irq\d+$`),          // drivers/tty/serial/8250/8250_core.c

	// Below the limit of a stall: kernel/rcu/tasks.h, once in ten seconds.
	regexp.MustCompile(`^rcu_tasks_wait_gp: .* grace period number \d+ \(since boot\) is \d+ jiffies old\.$`),

	// Events of objects, in kernels with DEBUG_KOBJECT: pr_debug() of
	// lib/kobject.c and lib/kobject_uevent.c. Complaints are not ignored.
	regexp.MustCompile(`^kobject: ('[^']*' )?\([0-9a-f]+\): ` +
		`(kobject_add_internal: |kobject_cleanup, |kobject_uevent_env(: |$)|fill_kobj_path: |auto cleanup |calling ktype release$|(dynamic_kobj|kset)_release$)`),
	regexp.MustCompile(`^kobject: '[^']*': free name$`),

	// Occasional lines of other checks: kernel/exit.c with
	// DEBUG_STACK_USAGE; mm/kmemleak.c, whose file has the full report;
	// lib/kobject.c with DEBUG_KOBJECT_RELEASE.
	regexp.MustCompile(`^\S.* \(\d+\) used greatest stack depth: \d+ bytes left$`),
	regexp.MustCompile(`^kmemleak: \d+ new suspected memory leaks`),
	regexp.MustCompile(`^kobject: '[^']*' \([0-9a-f]+\): kobject_release, parent [0-9a-f]+ \(delayed \d+\)$`),

	// Devices that are probed late; drivers/input.
	regexp.MustCompile(`^input: .* as /devices/|^psmouse serio\d+: `),
}

// Ignored reports whether a line is dropped from every log.
func Ignored(line string) bool {
	for _, re := range ignored {
		if re.MatchString(line) {
			return true
		}
	}
	return false
}

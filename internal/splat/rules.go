// SPDX-License-Identifier: Apache-2.0

package splat

import "regexp"

type rule struct {
	kind  Kind
	fatal bool
	re    *regexp.Regexp // its first group, if any, is Where
}

// function matches the start of a %pS: a symbol (including a compiler's
// suffix), offset and size.
const function = `([\w.]+)\+0x`

func match(kind Kind, re string) rule { return rule{kind: kind, re: regexp.MustCompile(re)} }

func fatal(kind Kind, re string) rule { return rule{kind, true, regexp.MustCompile(re)} }

// signs: a line without any of them matches no rule. This check comes first and
// keeps the rules affordable on a flooded console.
var signs = []string{
	"BUG", "WARNING: ", "panic", "PANIC", "UBSAN", "LOCKUP", "INFO: ", "rcu: ", "[#", "Oops", "error: ", "Unable",
}

// The first matching rule decides. The wording is that of Linux 5.5 to 6.18; each
// group names the file that prints it. All rules are anchored at the start of the
// line, so that text that only quotes a splat, such as a marker or the kernel
// command line, does not match.
var rules = []rule{
	// kernel/panic.c; arch/x86/kernel/traps.c; arch/x86/mm/extable.c
	fatal(Panic, `^Kernel panic - not syncing`),
	fatal(Panic, `^(?:traps: )?PANIC: `),

	// mm/kasan/report.c, mm/kfence/report.c, kernel/kcsan/report.c,
	// mm/kmsan/report.c, lib/ubsan.c. KCSAN names functions without offset.
	match(KASAN, `^BUG: KASAN: (?:.* in ([\w.]+))?`),
	match(KFENCE, `^BUG: KFENCE: (?:.* in ([\w.]+))?`),
	match(KCSAN, `^BUG: KCSAN: (?:.* in ([\w.]+))?`),
	match(KMSAN, `^BUG: KMSAN: (?:.* in ([\w.]+))?`),
	match(UBSAN, `^UBSAN: [\w-]+ in `),

	// kernel/watchdog.c, kernel/workqueue.c, kernel/rcu/tree_stall.h and
	// tree_exp.h and tasks.h, kernel/hung_task.c
	match(Stall, `^(?:NMI )?(?:watchdog: )?BUG: soft lockup`),
	match(Stall, `^(?:NMI )?(?:watchdog: )?(?:CPU\d+: )?Watchdog detected hard LOCKUP`),
	match(Stall, `^BUG: workqueue lockup`),
	match(Stall, `^(?:rcu(?:_tasks)?: )?INFO: \w+ (?:self-)?detected (?:expedited )?stalls?\b`),
	match(Stall, `^rcu: \w+ kthread starved for `),
	match(Stall, `^INFO: task .* blocked (?:.* )?for more than \d+ seconds`),

	// kernel/locking/lockdep.c and rtmutex: the title between two rulers
	match(Lockdep, `^\[ BUG: .* \]$`),
	match(Lockdep, `^WARNING: (?:possible (?:circular|recursive|irq lock inversion)|circular locking|inconsistent lock state)`),
	match(Lockdep, `^WARNING: \w+-safe -> \w+-unsafe lock order detected`),
	match(Lockdep, `^WARNING: (?:bad (?:unlock balance|contention)|held lock freed|Nested lock was not taken|suspicious RCU usage)`),
	match(Lockdep, `^WARNING: (?:.* still has locks held|lock held when returning to user space)!`),
	match(Lockdep, `^INFO: trying to register non-static key`),

	// kernel/panic.c, __warn: the processor comes first until 6.17; since 6.18
	// the place does, after the condition if that is compiled in
	match(Warning, `^WARNING: CPU: \d+ PID: \d+ at (?:.*?`+function+`)?`),
	match(Warning, `^WARNING: (?:\[.*\] )?\S+:\d+ at (?:.*?`+function+`)?`),
	match(Warning, `^WARNING: at (?:.*?`+function+`)?`),

	// arch/x86/kernel/unwind_orc.c, unwind_frame.c, dumpstack.c: a stack
	// that a livepatch transition cannot trust
	match(Warning, `^WARNING: (?:can't (?:access|dereference) |unknown ORC |stack (?:recursion|going) |kernel stack (?:regs|frame pointer) )(?:.*? at `+function+`)?`),

	// arch/x86/kernel/dumpstack.c, __die_header: "Oops: " comes first since
	// 6.10. arch/arm64 and others after that.
	match(Oops, `^(?:[\w ,.:'()/-]+: )?[0-9a-f]{4,16} \[#\d+\]`),
	match(Oops, `^(?:Oops|Internal error): `),
	match(Oops, `^Unable to handle kernel `),

	// lib/bug.c, arch/x86/mm/fault.c, mm/slub.c and many more
	match(Bug, `^[kK]ernel BUG at (?:`+function+`)?`),
	match(Bug, `^BUG: `),
	match(Bug, `^BUG \S+ \((?:Not tainted|Tainted)`),
}

// SPDX-License-Identifier: Apache-2.0

package klog

import (
	"regexp"

	"github.com/klptest/klptest/internal/splat"
)

var (
	cutHere    = regexp.MustCompile(`\[ cut here \]---`)                     // lib/bug.c
	stackHead  = regexp.MustCompile(`^CPU: \d+ (UID: \d+ )?PID: \d+ Comm: `) // lib/dump_stack.c
	stackStart = regexp.MustCompile(stackHead.String() + `|^Call [Tt]race:`)
	ripLine    = regexp.MustCompile(`^(?:RIP: \w+:|pc : )([\w.]+)\+0x`)
	endTrace   = regexp.MustCompile(`^---\[ end trace `) // kernel/panic.c
	banner     = regexp.MustCompile(`^[=-]{20,}$`)

	// dumpLine matches the further lines of a splat or stack dump:
	// show_regs() and show_stack() of x86 and arm64, lib/dump_stack.c, and
	// the lines that the detectors of page faults, RCU stalls and hung tasks
	// add.
	dumpLine = regexp.MustCompile(`^(CPU|Hardware name|Workqueue|Tainted|Modules linked in|Unloaded tainted modules|Code|Call [Tt]race|Kernel Offset|` +
		`PGD|Mem abort info|Data abort info|swapper pgtable|Internal error|pstate|pc|lr|sp|x\d+ ?|` +
		`RIP|RSP|R[A-Z]X|R[A-Z]P|R\d\d|E[A-Z]X|FS|CS|CR\d|DR\d|PKRU|irq event stamp|hardirqs last|softirqs last|` +
		`rcu|Sending NMI|NMI backtrace|task)\b.*[: ]|` +
		`^"echo 0 > |^in_atomic\(\): |^preempt_count: |^RCU nest depth: |^Preemption disabled at:|^caller is |^(\d+ locks?|no locks) held by |^\s+#\d+: |` +
		`^#PF: |^Disabling lock debugging due to |^note: \S+ exited with |^stack backtrace:|^Last potentially related|^Dumping ftrace|` +
		`^\s*</?(TASK|IRQ|NMI|EOI|SOFTIRQ)>|^\s+[\w?]|^\s+\(|^\s*\[?<?[0-9a-f]{8,}|` + `^\s*\?? ?[\w.]+\+0x[0-9a-f]+/0x`)
)

// ends are the last lines of splats that have an explicit end; any other splat
// lasts while its lines look like a dump.
var ends = map[splat.Kind]*regexp.Regexp{
	splat.KASAN:   banner,                                  // mm/kasan/report.c
	splat.KCSAN:   banner,                                  // kernel/kcsan/report.c
	splat.KFENCE:  banner,                                  // mm/kfence/report.c
	splat.KMSAN:   banner,                                  // mm/kmsan/report.c
	splat.UBSAN:   banner,                                  // lib/ubsan.c, where it does not begin with a cut
	splat.Lockdep: regexp.MustCompile(`^stack backtrace:`), // kernel/locking/lockdep.c
}

// BeginsSplat reports whether a line begins a splat, or names one.
func BeginsSplat(line string) bool {
	_, ok := splat.Match(line)
	return ok || cutHere.MatchString(line)
}

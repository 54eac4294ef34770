// SPDX-License-Identifier: Apache-2.0

package splat

import "regexp"

// Kind is the class of a splat.
type Kind string

// The kinds, named as the kernel names them.
const (
	Panic   Kind = "panic"
	Oops    Kind = "Oops"
	Bug     Kind = "BUG"
	Warning Kind = "WARNING"
	KASAN   Kind = "KASAN"
	Lockdep Kind = "lockdep"
	Stall   Kind = "stall" // RCU stall, soft or hard lockup, hung task
)

// Splat is a recognised line.
type Splat struct {
	Kind  Kind
	Where string // the function, where the line names one
	Fatal bool   // the kernel does not go on after it
}

type rule struct {
	kind  Kind
	fatal bool
	re    *regexp.Regexp // its first group, if any, is Where
}

// The wording is that of lib/panic.c, kernel/panic.c, arch/x86/kernel/dumpstack.c,
// mm/kasan/report.c, kernel/locking/lockdep.c, kernel/rcu/tree_stall.h,
// kernel/watchdog.c and kernel/hung_task.c from 5.5 to 6.12.
var rules = []rule{
	{Panic, true, regexp.MustCompile(`Kernel panic - not syncing`)},
	{KASAN, false, regexp.MustCompile(`BUG: KASAN: .* in ([\w.]+)`)},
	{Stall, false, regexp.MustCompile(`BUG: soft lockup`)},
	{Bug, false, regexp.MustCompile(`BUG: sleeping function called`)},
	{Bug, false, regexp.MustCompile(`^BUG: |kernel BUG at `)},
	{Oops, false, regexp.MustCompile(`Oops: |general protection fault|Unable to handle kernel`)},
	{Warning, false, regexp.MustCompile(`WARNING: CPU: .* at \S+ ([\w.]+)\+0x`)},
	{Lockdep, false, regexp.MustCompile(`WARNING: (possible|inconsistent|suspicious|bad unlock|held lock)`)},
	{Stall, false, regexp.MustCompile(`rcu: INFO: \S+ .*detected|INFO: task .* blocked for more than|hard LOCKUP`)},
}

// Match tells whether a line of kernel log, without its time stamp, begins a
// splat.
func Match(line string) (Splat, bool) {
	for _, r := range rules {
		m := r.re.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		s := Splat{Kind: r.kind, Fatal: r.fatal}
		if len(m) > 1 && r.kind != Lockdep {
			s.Where = m[1]
		}
		return s, true
	}
	return Splat{}, false
}

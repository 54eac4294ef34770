// SPDX-License-Identifier: Apache-2.0

package klog

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/klptest/klptest/cases/machine"
)

// foldText folds a log in which "% " begins a marker.
func foldText(log string, modules ...string) (lines []string, truncated bool) {
	var list []Entry
	for line := range strings.SplitSeq(strings.TrimPrefix(log, "\n"), "\n") {
		list = append(list, Entry{Text: line, Marker: strings.HasPrefix(line, machine.MarkerPrefix)})
	}
	list, truncated = Fold(list, OwnNames(modules))
	for _, e := range list {
		if e.Fold == "" {
			lines = append(lines, e.Text)
		} else {
			lines = append(lines, e.Fold)
		}
	}
	return lines, truncated
}

// foldTests are logs, in which "% " begins a marker, before and after folding.
var foldTests = []struct{ name, log, want string }{
	{"nothing", "livepatch: a\nklp_a: b", "livepatch: a\nklp_a: b"},
	{
		"WARN since 6.18", `
before
------------[ cut here ]------------
WARNING: kernel/livepatch/state.c:69 at klp_get_prev_state+0x6b/0x80, CPU#0: insmod/231
Modules linked in: klp_a(OEK)
---[ end trace 0000000000000000 ]---
after`, "before\n* WARNING klp_get_prev_state\nafter",
	},
	{
		"WARN with a text of the module", `
------------[ cut here ]------------
klp_b: data of state 1 has magic deadda7a
WARNING: CPU: 0 PID: 231 at probe_data_valid.part.0+0x6b/0x80 [klp_b]
---[ end trace 0000000000000000 ]---`, "* WARNING probe_data_valid\nklp_b: data of state 1 has magic deadda7a",
	},
	{
		"BUG", `
------------[ cut here ]------------
kernel BUG at kernel/livepatch/core.c:987!
Oops: invalid opcode: 0000 [#1] PREEMPT SMP NOPTI
RIP: 0010:klp_enable_patch+0x31b/0x660
---[ end trace 0000000000000000 ]---
RIP: 0010:klp_enable_patch+0x31b/0x660
after`, "* BUG klp_enable_patch\nafter",
	},
	{
		"general protection fault", `
Oops: general protection fault, probably for non-canonical address 0xdead000000000122: 0000 [#1] PREEMPT SMP NOPTI
CPU: 0 UID: 0 PID: 231 Comm: insmod
RIP: 0010:klp_free_patch_start+0x1f/0x80
---[ end trace 0000000000000000 ]---
Kernel panic - not syncing: Fatal exception
Kernel Offset: disabled`, "* Oops klp_free_patch_start\n* panic",
	},
	{
		"panic_on_warn", `
------------[ cut here ]------------
WARNING: CPU: 0 PID: 231 at kernel/livepatch/state.c:69 klp_get_prev_state+0x6b/0x80
RIP: 0010:klp_get_prev_state+0x6b/0x80
Kernel panic - not syncing: kernel: panic_on_warn set ...`, "* WARNING klp_get_prev_state\n* panic",
	},
	{
		"arm64", `
Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010
Mem abort info:
  ESR = 0x0000000096000004
Data abort info:
[0000000000000010] user address but active_mm is swapper
Internal error: Oops: 0000000096000004 [#1] SMP
CPU: 0 PID: 231 Comm: insmod
pstate: 60400005 (nZCv daif +PAN -UAO)
pc : klp_get_state+0x1b/0x60
lr : probe_log+0x9c/0x150 [klp_a]
sp : ffff80008264ba30
x29: ffff80008264ba30 x28: 0000000000000000
Call trace:
 klp_get_state+0x1b/0x60
Code: f9400000 (f9400801)
---[ end trace 0000000000000000 ]---
after`, "* Oops klp_get_state\nafter",
	},
	{
		"KASAN", `
before
==================================================================
BUG: KASAN: slab-use-after-free in klp_post_patch_callback+0x9d/0x150
Read of size 8 at addr ffff888003c4a010 by task insmod/231

anything at all
==================================================================
Disabling lock debugging due to kernel taint
after`, "before\n* KASAN klp_post_patch_callback\nafter",
	},
	{
		"lockdep", `
======================================================
WARNING: possible circular locking dependency detected
6.12.0 Tainted: G           OE K
------------------------------------------------------
insmod/231 is trying to acquire lock:
but task is already holding lock:
-> #1 (klp_mutex){+.+.}-{3:3}:
 *** DEADLOCK ***
stack backtrace:
CPU: 0 PID: 231 Comm: insmod
Call Trace:
 <TASK>
 dump_stack_lvl+0x5d/0x80
 </TASK>
after`, "* lockdep\nafter",
	},
	{
		"UBSAN with a cut", `
------------[ cut here ]------------
UBSAN: array-index-out-of-bounds in kernel/livepatch/core.c:120:14
index 3 is out of range for type 'int [2]'
---[ end trace ]---
after`, "* UBSAN\nafter",
	},
	{
		"hung task", `
INFO: task insmod:214 blocked for more than 120 seconds.
      Tainted: G           OE K    6.12.117+deb12-amd64
"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.
task:insmod          state:D stack:0     pid:214   tgid:214   ppid:1
Call Trace:
 <TASK>
 __schedule+0x505/0xbf0
 </TASK>
after`, "* stall\nafter",
	},
	{
		"sleeping function", `
BUG: sleeping function called from invalid context at kernel/locking/mutex.c:585
in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 231, name: insmod
preempt_count: 1, expected: 0
2 locks held by insmod/231:
 #0: ffffffff82e5a1a8 (klp_mutex){+.+.}-{4:4}, at: klp_enable_patch+0x3a/0x660
CPU: 0 UID: 0 PID: 231 Comm: insmod
Call Trace:
 <TASK>
 dump_stack_lvl+0x5d/0x80
 </TASK>
after`, "* BUG\nafter",
	},
	{
		"stack", `
klp_a: loading anyway
CPU: 0 PID: 231 Comm: insmod Tainted: G           OE K    6.1.0
Hardware name: QEMU
Call Trace:
 <TASK>
 dump_stack_lvl+0x44/0x5c
RIP: 0033:0x7f2a
 </TASK>
after`, "klp_a: loading anyway\n* stack\nafter",
	},
	{
		"two stacks", "CPU: 0 PID: 1 Comm: a\n dump_stack+0x1/0x2\nCPU: 0 PID: 1 Comm: a\n dump_stack+0x1/0x2\nlivepatch: x\nCall Trace:\n x+0x1/0x2",
		"* stack\n* stack\nlivepatch: x",
	},
	{
		"markers go through", `
------------[ cut here ]------------
% rmmod klp_a
WARNING: CPU: 0 PID: 231 at kernel/livepatch/state.c:69 klp_get_prev_state+0x6b/0x80
livepatch: 'klp_a': patching complete
---[ end trace 0000000000000000 ]---
after`, "* WARNING klp_get_prev_state\n% rmmod klp_a\nlivepatch: 'klp_a': patching complete\nafter",
	},
	{"a rule is a line", "======================\nafter", "======================\nafter"},
	{"an end alone", "---[ end trace 0000000000000000 ]---", "---[ end trace 0000000000000000 ]---"},
	{
		"two warnings", `
------------[ cut here ]------------
WARNING: CPU: 0 PID: 231 at a.c:1 first+0x6b/0x80
------------[ cut here ]------------
WARNING: CPU: 0 PID: 231 at a.c:2 second+0x6b/0x80
---[ end trace 0000000000000000 ]---
after`, "* WARNING first\n* WARNING second\nafter",
	},
	{
		"a report within a warning", `
------------[ cut here ]------------
WARNING: CPU: 0 PID: 231 at a.c:1 first+0x6b/0x80
==================================================================
BUG: KASAN: slab-use-after-free in second+0x9d/0x150
==================================================================`, "* WARNING first\n* KASAN second",
	},
	{
		"an oops right after a warning", `
------------[ cut here ]------------
WARNING: CPU: 0 PID: 231 at a.c:1 first+0x6b/0x80
---[ end trace 0000000000000000 ]---
Oops: general protection fault, probably for non-canonical address 0xdead000000000122: 0000 [#1] PREEMPT SMP NOPTI
RIP: 0010:second+0x1f/0x80
---[ end trace 0000000000000000 ]---
Oops: 0000 [#2] PREEMPT SMP NOPTI
RIP: 0010:third+0x1f/0x80
---[ end trace 0000000000000000 ]---`, "* WARNING first\n* Oops second\n* Oops third",
	},
	{
		"a stack right after a warning", `
------------[ cut here ]------------
WARNING: CPU: 0 PID: 231 at a.c:1 first+0x6b/0x80
CPU: 0 UID: 0 PID: 231 Comm: insmod
---[ end trace 0000000000000000 ]---
CPU: 0 UID: 0 PID: 231 Comm: insmod
Call Trace:
 dump_stack+0x1/0x2`, "* WARNING first\n* stack",
	},
	{
		"an indented line right after a warning", `
------------[ cut here ]------------
WARNING: CPU: 0 PID: 231 at a.c:1 first+0x6b/0x80
---[ end trace 0000000000000000 ]---
  indented
task: 1`, "* WARNING first\n  indented\ntask: 1",
	},
	{
		"a stall within a warning", `
------------[ cut here ]------------
WARNING: CPU: 0 PID: 231 at a.c:1 first+0x6b/0x80
rcu: INFO: rcu_preempt self-detected stall on CPU
rcu: rcu_preempt kthread starved for 5000 jiffies!
CPU: 0 UID: 0 PID: 231 Comm: insmod
---[ end trace 0000000000000000 ]---
after`, "* WARNING first\n* stall\nafter",
	},
	{
		"a cut of nothing known", "------------[ cut here ]------------\n---[ end trace 0000000000000000 ]---\nafter",
		"* splat\nafter",
	},
}

func TestFold(t *testing.T) {
	for _, test := range foldTests {
		got, truncated := foldText(test.log, "klp_a", "klp_b")
		if d := cmp.Diff(strings.Split(test.want, "\n"), got); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
		if truncated {
			t.Errorf("%s: truncated", test.name)
		}
	}
}

func TestFoldTruncated(t *testing.T) {
	for _, log := range []string{
		"------------[ cut here ]------------",
		"------------[ cut here ]------------\nWARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\nlivepatch: x\n% rmmod klp_a",
		"BUG: KASAN: use-after-free in f+0x1/0x2\nRead of size 8",
		"WARNING: possible recursive locking detected",
	} {
		if lines, truncated := foldText(log); !truncated {
			t.Errorf("%q has an end: %q", log, lines)
		}
	}
	if _, truncated := foldText("Call Trace:\n f+0x1/0x2"); truncated {
		t.Error("a bare stack needs no end")
	}
}

func TestCheckFold(t *testing.T) {
	for _, line := range []string{"* stack", "* WARNING klp_get_prev_state", "* lockdep", "* panic", "* Oops f", "* splat"} {
		if err := CheckFold(line); err != nil {
			t.Error(err)
		}
	}
	for _, line := range []string{"* warning f", "*  stack", "* "} {
		if CheckFold(line) == nil {
			t.Errorf("%q can be expected", line)
		}
	}
}

// TestFoldKeepsWhatIsNotASplats: markers and the lines of livepatch survive
// any log, in order.
func TestFoldKeepsWhatIsNotASplats(t *testing.T) {
	line := rapid.SampledFrom([]string{
		"------------[ cut here ]------------", "---[ end trace 0000000000000000 ]---", "Call Trace:", " f+0x1/0x2", "BUG: x",
		"WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2", "====================", "BUG: KASAN: x in f+0x1/0x2", "Kernel panic - not syncing: x",
		"WARNING: possible recursive locking detected", "Oops: 0000 [#1] SMP", "RIP: 0010:f+0x1/0x2", "% rmmod klp_a", "livepatch: x", "other",
	})
	keep := func(l string) bool { return strings.HasPrefix(l, "% ") || strings.HasPrefix(l, "livepatch: ") }
	rapid.Check(t, func(t *rapid.T) {
		log := rapid.SliceOfN(line, 1, 20).Draw(t, "log")
		got, _ := foldText(strings.Join(log, "\n"))
		want := slices.DeleteFunc(slices.Clone(log), func(l string) bool { return !keep(l) })
		if d := cmp.Diff(want, slices.DeleteFunc(got, func(l string) bool { return !keep(l) })); d != "" {
			t.Fatal(d)
		}
	})
}

// SPDX-License-Identifier: Apache-2.0

package judge

import "testing"

func TestSameReason(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"x", "x", true}, {"x", "y", false}, {"own=1", "own=2", false}, {"own=4294967295", "own=4294967294", false},
		{"= 0x10", "= 0x20", false},
		// one kernel
		{"unexpected WARNING f: WARNING: CPU: 0 PID: 81 at kernel/x.c:5 f+0x1/0x2", "unexpected WARNING f: WARNING: CPU: 1 PID: 9 at kernel/x.c:5 f+0x1/0x2", true},
		{"WARNING: CPU: 0 PID: 12 at kernel/a.c:3", "WARNING: CPU: 1 PID: 9 at kernel/a.c:3", true},
		{"WARNING: CPU: 0 PID: 12 at kernel/a.c:3", "WARNING: CPU: 0 PID: 12 at kernel/a.c:4", false},
		{"BUG: unable to handle page fault for address: ffffc90000b5f000", "BUG: unable to handle page fault for address: ffffc9000011a000", true},
		{"unexpected Oops: Oops: 0002 [#1] PREEMPT", "unexpected Oops: Oops: 0002 [#2] PREEMPT", true},
		{"unexpected Oops: Oops: 0002 [#1] PREEMPT", "unexpected Oops: Oops: 0000 [#1] PREEMPT", false},
		{"at 0xffff8881 by ffffffff81000000", "at 0xffff8882 by ffffffff82000000", true},
		{"[   12.345678] BUG", "[    1.000000] BUG", true},
		{"in task insmod/81", "in task insmod/9", true},
		{"% rmmod klp_a: did not end within 29.8s", "% rmmod klp_a: did not end within 1m0s", true},
		// two kernels
		{"unexpected WARNING f: WARNING: CPU: 0 PID: 81 at kernel/x.c:5 f+0x1/0x2", "unexpected WARNING f: WARNING: CPU: 0 PID: 81 at kernel/x.c:7 f+0x9/0x20", true},
		{"unexpected WARNING f: WARNING: CPU: 0", "unexpected WARNING g: WARNING: CPU: 0", false},
		{"unexpected WARNING f: WARNING: CPU: 0", "unexpected BUG f: WARNING: CPU: 0", false},
		// two machines
		{"/home/a/x.txtar:5: expected: b", "x.txtar:5: expected: b", true},
		{"a.txtar:7: expected own=1", "a.txtar:8: expected own=1", false},
	} {
		a, b := Result{Reasons: []string{test.a}}, Result{Reasons: []string{test.b}}
		if got := SameReason(a, b); got != test.want {
			t.Errorf("%q and %q: %v", test.a, test.b, got)
		}
	}
}

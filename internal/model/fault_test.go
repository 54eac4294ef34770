// SPDX-License-Identifier: Apache-2.0

package model

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/machine"
)

// stack loads a livepatch of two functions in two objects, below another one, which may
// replace it.
var stack = []string{"insmod klp_target", "insmod klp_a objs=klp_target,vmlinux funcs=klp_target_value,cmdline_proc_show"}

// TestFaultsAreCounted: each call can fail in turn, and there is no further call.
func TestFaultsAreCounted(t *testing.T) {
	const (
		first    = "insmod klp_b objs=klp_target,vmlinux funcs=klp_target_hold_old,uptime_proc_show"
		replaces = "insmod klp_b replace=1 objs=klp_other"
	)
	for _, tt := range []struct {
		function, command string
		calls             int
		errno             string
	}{
		{kmalloc, first, 2, "ENOMEM"},
		{kmalloc, replaces, 3 + 4, "ENOMEM"}, // vmlinux has no name
		{kobjectAdd, first, 1 + 2 + 2, "ENOMEM"},
		{kobjectAdd, replaces, 1 + 3 + 2, "ENOMEM"},
		{setFilter, first, 2, "ENOMEM"},
		{registerFunction, first, 2, "ENOMEM"},
		{lookupSize, first, 4, "ENOENT"},
		{lookupSize, replaces, 4, "ENOENT"},
		{tryModuleGet, first, 1, "ENODEV"},
	} {
		for nth := 1; nth <= tt.calls+1; nth++ {
			m, _ := New("6.12")
			run(t, m, stack...)
			run(t, m, fmt.Sprintf("fail %s %d", tt.function, nth))
			ans := run(t, m, tt.command)
			log := ""
			for _, r := range ans.Records {
				log += r.Text + "\n"
			}
			failed, missed := strings.Contains(log, "klp_fault: call "), strings.Contains(log, "klp_fault: no call ")
			if last := nth > tt.calls; failed == last || missed != last || (ans.Errno == tt.errno) == last {
				t.Errorf("%s %d, %s: %q\n%s", tt.function, nth, tt.command, ans.Errno, log)
			}
		}
	}
}

// TestFaultLeavesNothing: after each failure the same livepatch can be enabled.
func TestFaultLeavesNothing(t *testing.T) {
	m, _ := New("6.12")
	run(t, m, stack...)
	before := m.Whole()
	for _, fault := range []string{"kmalloc 1", "kmalloc 2", "kmalloc 6", "kobject_add 1", "kobject_add 5", "kallsyms_lookup_size_offset 4", "try_module_get 1"} {
		run(t, m, "fail "+fault, "insmod klp_b replace=1")
		if after := m.Whole(); after != before {
			t.Errorf("%s:\n%s\nis not\n%s", fault, after, before)
		}
	}
	if ans := run(t, m, "insmod klp_b replace=1", "rmmod klp_a"); ans.Errno != "" {
		t.Error(ans.Errno)
	}
}

// TestFaultOfStack: a task that cannot be examined is tried again a second later.
func TestFaultOfStack(t *testing.T) {
	m, _ := New("6.12")
	ans := run(t, m, "insmod klp_target", "fail stack_trace_save_tsk_reliable 1", "insmod klp_a &")
	if m.k.transition == nil || ans.Errno != "" {
		t.Errorf("%q: no transition", ans.Errno)
	}
	if ans = run(t, m, "wait klp_a"); ans.Stall != nil || m.k.transition != nil {
		t.Error("the transition does not end")
	}
}

// TestFaultNotModelled: a kernel's answer may depend on how it was built.
func TestFaultNotModelled(t *testing.T) {
	for _, commands := range [][]string{
		{"insmod klp_a funcs=cmdline_proc_show", "fail ftrace_set_filter_ip 1", "echo 0 > /sys/kernel/livepatch/klp_a/enabled"},
		{"echo 0 > /proc/sys/kernel/ftrace_enabled", "fail kmalloc 1"},
		{"fail stack_trace_save_tsk_reliable 2"}, // the model has two tasks for all
	} {
		m, _ := New("6.12")
		last := len(commands) - 1
		run(t, m, commands[:last]...)
		if _, err := step(m, commands[last]); !errors.Is(err, ErrNotModelled) {
			t.Errorf("%q: %v", commands, err)
		}
	}
}

// TestCalls: the model knows how many calls a command makes, so that a caller can make one
// fail.
func TestCalls(t *testing.T) {
	for _, function := range machine.Faults {
		m, _ := New("6.12")
		run(t, m, "insmod klp_a funcs=cmdline_proc_show")
		n := m.Calls(function)
		if n == 0 {
			t.Errorf("%s is not called", function)
		}
		if function == saveStack {
			continue // only its first call can fail
		}
		for nth, comes := range map[int]bool{n: true, n + 1: false} {
			m, _ := New("6.12")
			ans := run(t, m, fmt.Sprintf("fail %s %d", function, nth), "insmod klp_a funcs=cmdline_proc_show")
			unused := slices.ContainsFunc(ans.Records, func(r machine.Record) bool { return strings.HasPrefix(r.Text, machine.FaultUnused) })
			if unused == comes {
				t.Errorf("call %d of %s, of %d: %v", nth, function, n, ans.Records)
			}
		}
	}
}

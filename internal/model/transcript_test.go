// SPDX-License-Identifier: Apache-2.0

package model

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
)

// TestTranscripts runs cases of unusual situations, derived from the kernel's
// source.
func TestTranscripts(t *testing.T) {
	paths, _ := filepath.Glob("testdata/*.txtar")
	if len(paths) == 0 {
		t.Fatal("no files")
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c, err := casefile.Parse(path, data)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := New("6.12")
		if res := judge.Run(t.Context(), m, c); res.Verdict != judge.Pass {
			t.Errorf("%s: %q\n%s", res.Verdict, res.Reasons, res.Diff)
		}
	}
}

// run runs commands and returns the last one's answer.
func run(t *testing.T, m *Machine, commands ...string) machine.Answer {
	t.Helper()
	var ans machine.Answer
	for _, text := range commands {
		var err error
		if ans, err = step(m, text); err != nil {
			t.Fatal(err)
		}
	}
	return ans
}

var forcedEnable = []string{
	"insmod klp_target", "insmod klp_a", "hold old", "insmod klp_b objs=klp_target funcs=klp_target_hold_old &",
	"echo 1 > /sys/kernel/livepatch/klp_b/force", "echo 0 > /sys/kernel/livepatch/klp_a/enabled",
}

// TestForcesAll: before Linux 5.18 forcing kept every livepatch.
func TestForcesAll(t *testing.T) {
	for release, want := range map[string]string{"5.17": "EAGAIN", "5.18": "", "6.12": ""} {
		m, _ := New(release)
		run(t, m, forcedEnable...)
		if got := run(t, m, "rmmod klp_a").Errno; got != want {
			t.Errorf("Linux %s: %q, want %q", release, got, want)
		}
	}
}

// TestInit: Linux 7.1 has changed how the loader treats an init's return value.
func TestInit(t *testing.T) {
	twice := "insmod klp_a funcs=cmdline_proc_show,cmdline_proc_show"
	for _, tt := range []struct{ release, command, errno, last string }{
		{"7.0", "insmod klp_target init_ret=5", "", "Call Trace:"},
		{"7.1", "insmod klp_target init_ret=5", "", "klp_target: init suspiciously returned 5, it should follow 0/-E convention"},
		{"7.0", twice, "EEXIST", "kobject_add_internal failed"},
		{"7.1", twice, "EBUSY", "kobject_add_internal failed"},
		{"7.1", "insmod klp_target init_ret=-5", "EIO", ""},
	} {
		m, _ := New(tt.release)
		ans := run(t, m, tt.command)
		last := ""
		if n := len(ans.Records); n > 1 {
			last = ans.Records[n-1].Text
		}
		if ans.Errno != tt.errno || !strings.Contains(last, tt.last) || (last == "") != (tt.last == "") {
			t.Errorf("Linux %s: %s: %q, %q", tt.release, tt.command, ans.Errno, last)
		}
	}
}

// TestFtraceStays: since Linux 7.3 ftrace is not switched off; this is logged
// once in a case.
func TestFtraceStays(t *testing.T) {
	const off, read = "echo 0 > /proc/sys/kernel/ftrace_enabled", "cat /proc/sys/kernel/ftrace_enabled"
	for release, want := range map[string]string{"7.2": "0", "7.3": "1"} {
		m, _ := New(release)
		var lines []int
		for range 2 {
			if err := m.Begin(t.Context()); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, len(run(t, m, off).Records), len(run(t, m, off).Records))
		}
		if got := run(t, m, read).Output; got != want {
			t.Errorf("Linux %s: ftrace_enabled is %q, want %q", release, got, want)
		}
		if wanted := map[string][]int{"7.2": {1, 1, 1, 1}, "7.3": {2, 1, 2, 1}}[release]; !slices.Equal(lines, wanted) {
			t.Errorf("Linux %s: %v records, want %v", release, lines, wanted)
		}
	}
}

func TestStall(t *testing.T) {
	m, _ := New("6.12")
	run(t, m, forcedEnable[:3]...)
	ans := run(t, m, "insmod klp_b objs=klp_target funcs=klp_target_hold_old")
	want := &machine.Stall{What: "transition of klp_b", Limit: time.Minute, Tasks: []machine.Task{{Comm: "klp_hold_old", Stack: "klp_target:klp_target_hold_old"}}}
	if s := ans.Stall; s == nil || s.What != want.What || s.Limit != want.Limit || len(s.Tasks) != 1 || s.Tasks[0] != want.Tasks[0] {
		t.Errorf("%+v, want %+v", ans.Stall, want)
	}
}

// TestWarnsOnce: the warning of klp_get_prev_state() appears once in a case,
// and taints.
func TestWarnsOnce(t *testing.T) {
	m, _ := New("6.12")
	for range 2 {
		if err := m.Begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		warnings := 0
		for _, text := range []string{"insmod klp_a states=1:1 objs=klp_target", "insmod klp_target", "rmmod klp_target", "echo 0 > /sys/kernel/livepatch/klp_a/enabled", "rmmod klp_a"} {
			for _, r := range run(t, m, text).Records {
				if strings.HasPrefix(r.Text, "WARNING: ") {
					warnings++
				}
			}
		}
		if end, _ := m.End(t.Context()); warnings != 1 || end.Taint != taintWarn || len(end.Modules) > 0 {
			t.Errorf("%d warnings, %+v", warnings, end)
		}
	}
}

func TestStepRefuses(t *testing.T) {
	m, _ := New("6.12")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Step(ctx, machine.Command{Verb: machine.Wait, Args: []string{"klp_a"}}, time.Minute); err != context.Canceled {
		t.Error(err)
	}
	if _, err := m.Step(t.Context(), machine.Command{Verb: machine.Insmod}, time.Minute); err == nil {
		t.Error("insmod of nothing")
	}
}

func TestFacts(t *testing.T) {
	for release, want := range map[string]string{"6.0": "", "6.1.0-56-amd64": "patched", "6.11.2": "patched replace", "6.14-rc1": "patched replace stack_order", "7.0": "patched replace stack_order"} {
		m, err := New(release)
		if err != nil {
			t.Fatal(err)
		}
		attrs := []string{"patched", "replace", "stack_order"}
		f, _ := m.Facts(t.Context(), append(attrs, "none"))
		var got []string
		for _, name := range attrs {
			if f.Sysfs[name] {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want || f.Release != release || f.Sysfs["none"] {
			t.Errorf("%s: %q, want %q", release, got, want)
		}
	}
	for _, release := range []string{"", "5.4.1", "4.19", "six", "6", "-6.1", "6.1x"} {
		if _, err := New(release); err == nil {
			t.Errorf("a model of %q", release)
		}
	}
}

func TestKstrto(t *testing.T) {
	for s, want := range map[string]int{"0": 0, "12": 12, "+7": 7, "-7": -7, "0x1F": 31, "-0X1f": -31, "017": 15, "2147483647\n": 2147483647, "-2147483648": -2147483648} {
		if got, ret := kstrtoint(s); got != want || ret != 0 {
			t.Errorf("%q: %d, %d", s, got, ret)
		}
	}
	for s, want := range map[string]int{"": einval, "-": einval, "+-1": einval, "--1": einval, "1 ": einval, "0x": einval, "08": einval, "1_0": einval, "0b1": einval, "\n": einval, "2147483648": erange, "-2147483649": erange, "99999999999999999999": erange} {
		if _, ret := kstrtoint(s); ret != want {
			t.Errorf("%q: %d, want %d", s, ret, want)
		}
	}
	if n, ret := kstrtoull("18446744073709551615"); n != 1<<64-1 || ret != 0 {
		t.Error(n, ret)
	}
	if _, ret := kstrtoull("18446744073709551616"); ret != erange {
		t.Error(ret)
	}
	if _, ret := kstrtouint("-1"); ret != einval {
		t.Error(ret)
	}
	for s, want := range map[string]int{"1x": 1, "Yes": 1, "true": 1, "oN": 1, "0": 0, "no": 0, "False": 0, "OFF": 0, "": -1, "\n": -1, "o": -1, "x": -1, "2": -1} {
		got, ret := kstrtobool(s)
		if value := map[bool]int{true: 1}[got]; ret == 0 && value != want || (ret != 0) != (want < 0) {
			t.Errorf("%q: %v, %d", s, got, ret)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package cases

import "testing"

func TestEditDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"insmod", "inmsod", 2}, {"kitten", "sitting", 3}, {"state-add", "state-add", 0}}
	for _, test := range tests {
		if got := editDistance(test.a, test.b); got != test.want {
			t.Errorf("%q, %q: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"state-add", "state-take", "prev-two", "prev-three"}
	tests := []struct{ name, want string }{
		{"state-ad", " (did you mean state-add?)"},
		{"STATE-ADD", " (did you mean state-add?)"},
		{"state-tadd", " (did you mean state-add?)"},
		{"prev-t", " (did you mean prev-two?)"},
		{"state-tabe", " (did you mean state-take?)"},
		{"nothing", ""},
		{"", ""},
	}
	for _, test := range tests {
		if got := didYouMean(test.name, known); got != test.want {
			t.Errorf("%q: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestParseErrno(t *testing.T) {
	good := map[string]string{
		"EINVAL": "EINVAL", "EWOULDBLOCK": "EAGAIN", "ENOTSUP": "EOPNOTSUPP", "EOPNOTSUPP": "EOPNOTSUPP", "EDEADLOCK": "EDEADLK",
		"errno 524": "errno 524", "exit 1": "exit 1", "SIGKILL": "SIGKILL",
	}
	for in, want := range good {
		if got, err := parseErrno(in); got != want || err != nil {
			t.Errorf("%s: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "einval", "22", "EINVA", "SIGNAL", "errno", "exit 0", "exit 99999"} {
		if got, err := parseErrno(in); err == nil {
			t.Errorf("%q is read as %q", in, got)
		}
	}
}

func TestTaints(t *testing.T) {
	mask, err := parseTaints("W, 9 D,63")
	if want := uint64(1<<9 | 1<<7 | 1<<63); mask != want || err != nil {
		t.Errorf("%#x, %v, want %#x", mask, err, want)
	}
	if got, want := taintNames(mask), "D (bit 7), W (bit 9), ? (bit 63)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := taintNames(testTaints), "O (bit 12), E (bit 13), K (bit 15)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

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
		"CE: hpet increased min_delta_ns to 20115 nsec", "sched: DL replenish lagged too much",
		"NOHZ tick-stop error: local softirq work is pending, handler #08!!!",
		"INFO: NMI handler (perf_event_nmi_handler) took too long to run: 1.234 msecs", "serial8250: too much work for irq4",
		"rcu_tasks_wait_gp: rcu_tasks grace period number 9 (since boot) is 2501 jiffies old.",
		"input: ImExPS/2 Generic Explorer Mouse as /devices/platform/i8042/serio1/input/input3",
	}
	keep := []string{
		"livepatch: enabling patch 'klp_a'", "livepatch: 'klp_a': starting patching transition",
		"klp_a: pre_patch vmlinux: state 1 own=1 prev=none", "livepatch: tainting", "klp_a: SUBSYSTEM=x",
		"livepatch: signaling remaining tasks, all of them", "rcu: INFO: rcu_tasks detected stalls on tasks:", "input: x",
		"INFO: task x:1 blocked for more than 120 seconds.", "CE: x", "sched: x", "workqueue: x", "random: x",
	}
	for _, line := range drop {
		if !isIgnored(line) {
			t.Errorf("kept: %s", line)
		}
	}
	for _, line := range keep {
		if isIgnored(line) {
			t.Errorf("dropped: %s", line)
		}
	}
}

func TestWording(t *testing.T) {
	const newer = "kd: init suspiciously returned 5, it should follow 0/-E convention"
	for _, line := range []string{newer, "do_init_module: 'kd'->init suspiciously returned 5, it should follow 0/-E convention"} {
		if got := wording(line); got != newer {
			t.Errorf("%q is worded %q", line, got)
		}
	}
	for _, symbol := range []string{"klp_get_state", "klp_get_state.isra.0", "klp_get_state.constprop.0.cold", "klp_get_state.part.0.isra.2"} {
		if got := functionName(symbol); got != "klp_get_state" {
			t.Errorf("%s is named %s", symbol, got)
		}
	}
}

// TestLogLine: whatever the kernel logs, the transcript's line for it is read
// back as the same.
func TestLogLine(t *testing.T) {
	for _, text := range []string{"plain", "% x", "= 1", "! EINVAL", "# c", "[a] b", `\x1b`, "* stack", "*", "** x", "-- a --", "-- ", "  indented", "\tt", "=", "%"} {
		line := logLine(text)
		when, rest, err := splitConditions(line)
		if when != nil || err != nil {
			t.Errorf("%q: %v, %v", line, when, err)
			continue
		}
		kind, again, err := parseExpected(rest)
		if kind != Log || again != line || err != nil {
			t.Errorf("%q is read as %q, kind %d, %v", line, again, kind, err)
		}
	}
}

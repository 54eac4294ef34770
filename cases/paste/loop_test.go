// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
	"testing"
)

func TestLoopPrompt(t *testing.T) {
	for _, typed := range []string{
		"for i in $(seq 100); do rmmod lp; insmod lp.ko; done", "for ((i = 0; i < 9; i++)); do insmod lp.ko; done",
		"while true; do insmod lp.ko; done", "until rmmod lp; do sleep 1; done",
		"kill -STOP 123", "kill %1", "timeout 5 insmod lp.ko", "time insmod lp.ko",
	} {
		if got, ok := promptedBody("# " + typed); got != typed || !ok {
			t.Errorf("%q is no command: %q", typed, got)
		}
	}
	for _, text := range []string{"# for example, the log", "# for the case to leave nothing behind:", "# while it runs, do nothing", "# until it ends", "# kill the task", "# time stamps", "# timeout set to 0", "# timeout is 5"} {
		if got, ok := promptedBody(text); ok {
			t.Errorf("%q is a command: %q", text, got)
		}
	}
}

func TestLoopActions(t *testing.T) {
	tests := map[string]string{
		"while ! rmmod lp_a; do sleep 1; done":                       "(rmmod lp_a)|(left out)|left out",
		"until insmod a.ko; do :; done; rmmod a":                     "(insmod a)|(left out)|left out|rmmod a",
		"for i in 1 2; do while x; do insmod a; done; rmmod a; done": "(left out)|(left out)|(insmod a)|(left out)|(rmmod a)|left out",
		"sh -c 'while true; do insmod a; done'":                      "(left out)|(insmod a)|left out",
		"insmod a; rmmod a":                                          "insmod a|rmmod a",
	}
	for typed, want := range tests {
		var list []string
		for _, a := range actions(typed) {
			text := a.told()
			if a.loop {
				text = "(" + text + ")"
			}
			list = append(list, text)
		}
		if got := strings.Join(list, "|"); got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
}

// TestLoopInCase: the case has a loop's commands once, and says that it was one.
func TestLoopInCase(t *testing.T) {
	const loop = "# insmod lp_a.ko|# for i in $(seq 100); do echo 0 > /sys/kernel/livepatch/lp_a/enabled; rmmod lp_a; insmod lp_a.ko; done|# insmod $x|# while true; do insmod lp_a.ko; done"
	got, made := commandsOf(t, loop, Options{})
	if !strings.HasPrefix(got, "insmod klp_a|echo 0 > /sys/kernel/livepatch/klp_a/enabled|rmmod klp_a|insmod klp_a|") {
		t.Error(got)
	}
	for _, want := range []string{"# " + inLoop + "\n% echo 0 >", "# " + inLoop + "\n% insmod klp_a\n! EEXIST", "# left out: insmod $x\n"} {
		if strings.Count(string(made.Case), want) != 1 {
			t.Errorf("the case does not have %q once:\n%s", want, made.Case)
		}
	}
}

func TestLeftOutput(t *testing.T) {
	_, made := commandsOf(t, "# insmod lp_a.ko|what it prints|# cat /sys/kernel/livepatch/lp_a/enabled|1", Options{})
	if !strings.Contains(string(made.Case), "1 line of output (line 2)") {
		t.Errorf("the output is not counted:\n%s", made.Case)
	}
}

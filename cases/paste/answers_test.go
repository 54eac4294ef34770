// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
	"testing"
)

const fileOfA = "/sys/kernel/livepatch/lp_a/"

// TestUnexpectedAnswers: errnos and outputs that a healthy kernel does not give
// are named, and a command that fails without need is the symptom.
func TestUnexpectedAnswers(t *testing.T) {
	const unexplained = "The report has what the commands do not explain: "
	tests := []struct{ name, text, want, symptom string }{
		{"a busy write", "# insmod lp_a.ko|# echo 0 > " + fileOfA + "enabled|-bash: echo: write error: Device or resource busy|# cat " + fileOfA + "enabled|1",
			unexplained + "EBUSY instead of success (line 3), 1 instead of ENOENT (line 5).\nA command may fail so while a transition runs", "refusal"},
		{"a busy load", "# insmod lp_a.ko|# insmod lp_b.ko|insmod: ERROR: could not insert module lp_b.ko: Device or resource busy", unexplained + "EBUSY instead of success (line 3).\n", "refusal"},
		{"a splat comes first", "# insmod lp_a.ko|# echo 0 > " + fileOfA + "enabled|-bash: echo: write error: Invalid argument|# dmesg|[1.0] livepatch: enabling patch 'lp_a'|[1.1] WARNING: CPU: 0 PID: 1 at a.c:1 klp_x+0x1/0x2", "The report also has: refusal.", "WARNING klp_x"},
		{"the log says why", "# insmod lp_a.ko|insmod: ERROR: could not insert module lp_a.ko: Invalid parameters|# dmesg|livepatch: Livepatch patch (lp_a) is not compatible with the already installed livepatches.", unexplained + "EINVAL instead of success (line 2).\n", ""},
		{"a value", "# insmod lp_a.ko|# cat " + fileOfA + "enabled|0", unexplained + "0 instead of 1 (line 3).\n", ""},
		{"a missing file", "# insmod lp_a.ko|# rmmod lp_a|rmmod: ERROR: Module lp_a is not currently loaded", unexplained + "ENOENT instead of EAGAIN (line 3).\n", ""},
		{"another module", "# insmod lp_a.ko|# rmmod lp_a|rmmod: ERROR: Module lp_a is in use", "", ""},
		{"the right value", "# insmod lp_a.ko|# cat " + fileOfA + "enabled|1", "", ""},
		{"two files", "# insmod lp_a.ko|# cat " + fileOfA + "enabled; cat " + fileOfA + "transition|1|0", "", ""},
		{"klptest's own answers", "% insmod klp_target number=4|% cat /sys/module/klp_target/parameters/value|= 8|% rmmod klp_target|! EBUSY", unexplained + "8 instead of 0 (line 3), EBUSY instead of success (line 5).\n", "refusal"},
	}
	for _, test := range tests {
		_, made := commandsOf(t, test.text, Options{})
		if made.Symptom != test.symptom || !strings.Contains(string(made.Case), test.want) || test.want == "" && strings.Contains(string(made.Case), unexplained) {
			t.Errorf("%s: the symptom is %q, and %q is missing or too much:\n%s", test.name, made.Symptom, test.want, made.Case)
		}
	}
}

// TestShownTransition: a transition that a file shows running is held.
func TestShownTransition(t *testing.T) {
	const (
		held  = "insmod klp_target|hold old|insmod klp_a objs=vmlinux,klp_target funcs=klp_target_hold_old &|cat /sys/kernel/livepatch/klp_a/transition|"
		first = "# insmod lp_a.ko|# cat " + fileOfA + "transition|1|"
	)
	tests := []struct{ name, text, want, errno string }{
		{"another one is refused", first + "# insmod lp_b.ko|insmod: ERROR: could not insert module lp_b.ko: Device or resource busy", held + "insmod klp_b", "! EBUSY"},
		{"it ends", first + "# cat " + fileOfA + "transition|0|# echo 0 > " + fileOfA + "enabled", held + "release old|cat /sys/kernel/livepatch/klp_a/transition|echo 0", ""},
		{"its module is removed", first + "# rmmod lp_a|rmmod: ERROR: Module lp_a is in use", held + "release old|rmmod klp_a|", "! EAGAIN"},
	}
	for _, test := range tests {
		got, made := commandsOf(t, test.text, Options{})
		if !strings.HasPrefix(got, test.want) || !strings.Contains(string(made.Case), test.errno) || made.Symptom != "" {
			t.Errorf("%s: %s\n%s", test.name, got, made.Case)
		}
	}
}

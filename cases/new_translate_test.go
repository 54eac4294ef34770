// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTranslate(t *testing.T) {
	tests := map[string][]string{
		"insmod klp_a":                          {"insmod klp_a"},
		"insmod test_modules/test-klp-state.ko": {"insmod test_klp_state"},
		"sudo insmod ./x.ko a=1 b=2":            {"insmod x a=1 b=2"},
		"modprobe test_klp_livepatch":           {"insmod test_klp_livepatch"},
		"modprobe -r a b.ko":                    {"rmmod a", "rmmod b"},
		"rmmod a b":                             {"rmmod a", "rmmod b"},
		"rmmod -f a":                            {"sh rmmod -f a"},
		"insmod x.ko flag":                      {"sh insmod x.ko flag"},
		"echo 0 > /sys/x":                       {"echo 0 > /sys/x"},
		"echo 0>/sys/x":                         {"echo 0 > /sys/x"},
		"echo -n 1 >  /sys/x":                   {"echo 1 > /sys/x"},
		"echo 'file a +p' > /sys/x":             {"echo 'file a +p' > /sys/x"},
		"echo hello":                            {"sh echo hello"},
		"echo 0 > relative":                     {"sh echo 0 > relative"},
		"cat /proc/x":                           {"cat /proc/x"},
		"cat a b":                               {"sh cat a b"},
		"uname -r":                              {"sh uname -r"},
		"wait klp_a":                            {"wait klp_a"},
		"hold old":                              {"hold old"},
		"insmod klp_a states=1:1 &":             {"insmod klp_a states=1:1 &"},
		"dmesg -c":                              nil,
		"journalctl -k":                         nil,
		"":                                      nil,
		"rmmod":                                 {"sh rmmod"},
		"modprobe":                              {"sh modprobe"},
	}
	for typed, want := range tests {
		var got []string
		for _, c := range translate(typed) {
			got = append(got, c.Text)
			if _, err := parseCommand(c.Text); err != nil {
				t.Errorf("%q: %v", typed, err)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q:\n%s", typed, d)
		}
	}
}

func TestErrnoOf(t *testing.T) {
	tests := map[string]string{
		"insmod: ERROR: could not insert module x.ko: Invalid parameters":      "EINVAL",
		"insmod: ERROR: could not insert module x.ko: Device or resource busy": "EBUSY",
		"insmod: ERROR: could not insert module x.ko: Operation not supported": "EOPNOTSUPP",
		"insmod: can't insert 'x.ko': invalid module format":                   "ENOEXEC",
		"rmmod: ERROR: Module x is in use by: y":                               "EAGAIN",
		"rmmod: ERROR: Module x is not currently loaded":                       "ENOENT",
		"-bash: echo: write error: Invalid argument":                           "EINVAL",
		"sh: write error: Invalid argument":                                    "EINVAL",
		"cat: /sys/x: No such file or directory":                               "ENOENT",
		"livepatch: failed to patch object: Invalid argument":                  "",
		"insmod: something else":                                               "",
		"klp_a: insmod: Invalid argument, too":                                 "",
		"livepatch: failed to register ftrace handler for function 'x' (-16)":  "",
	}
	for line, want := range tests {
		if got, ok := errnoOf(line); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t, want %q", line, got, ok, want)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrompts(t *testing.T) {
	for _, prompt := range []string{
		"% ", "$ ", "# ", "root@deb12:~# ", "user@box:~/a b$ ", "[root@deb12 ~]# ", "(venv) user@box:/tmp$ ", "host:~ # ", "suse15:/tmp # ",
		"/ # ", "~ # ", "/sys/kernel # ", "sh-5.1# ", "bash-5.2$ ", "root# ", "+ ", "++ ", "root@box:/home/user#",
	} {
		if prompt == "user@box:~/a b$ " {
			continue // ambiguous
		}
		if got, ok := promptedBody(prompt + "insmod a"); got != "insmod a" || !ok {
			t.Errorf("%q: %q", prompt, got)
		}
	}
	for _, text := range []string{"# a comment", "%not a command", "100% of it", "", "insmod a", "see http://x.org/a#b c", "+new line", "user@example.org wrote:"} {
		if got, ok := promptedBody(text); ok {
			t.Errorf("%q is a prompt before %q", text, got)
		}
	}
}

func TestBareCommand(t *testing.T) {
	tests := map[string]string{
		"1. insmod livepatch_a.ko":                    "insmod livepatch_a.ko",
		"2) echo 0 > /sys/kernel/livepatch/a/enabled": "echo 0 > /sys/kernel/livepatch/a/enabled",
		"- rmmod lp_a":                                "rmmod lp_a",
		"Run: sudo insmod ./a.ko x=1":                 "sudo insmod ./a.ko x=1",
		"sysctl kernel.ftrace_enabled=0":              "sysctl kernel.ftrace_enabled=0",
		"I run `insmod lp_a` and `rmmod lp_a`.":       "insmod lp_a; rmmod lp_a",
		"insmod fails":                                "",
		"rmmod works as expected":                     "",
		"echo says 0 > 1":                             "",
		"cat is an animal":                            "",
		"the `code` is":                               "",
		"insmod lp_a fails with an error":             "",
	}
	for text, want := range tests {
		if got, ok := bareCommand(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// told shows an action in one line.
func (a action) told() string {
	text := fmt.Sprintf("%s %s", a.op, a.module)
	switch a.op {
	case opLoad:
		text += " " + strings.Join(a.params, " ")
	case opWrite:
		text = fmt.Sprintf("echo %s > %s", a.value, a.path)
	case opCat:
		text = "cat " + a.path
	case opOwn:
		text = a.text
	case opLeft:
		text = "left out"
	}
	if text = strings.TrimSpace(text); a.background {
		text += " &"
	}
	return text
}

func TestActions(t *testing.T) {
	const enabled = "/sys/kernel/livepatch/a/enabled"
	tests := map[string]string{
		"insmod klp_a":                                            "insmod klp_a",
		"insmod test_modules/test-klp-state.ko":                   "insmod test_klp_state",
		"insmod a.ko.xz x=1 y='2'":                                "insmod a x=1 y=2",
		"sudo -E insmod ./x.ko a=1":                               "insmod x a=1",
		"/sbin/insmod x_y":                                        "insmod x_y",
		"time sudo modprobe -v test_klp_livepatch":                "insmod test_klp_livepatch",
		"timeout 5 insmod a":                                      "insmod a",
		"modprobe -r a b.ko":                                      "rmmod a|rmmod b",
		"rmmod a b":                                               "rmmod a|rmmod b",
		"rmmod -f a":                                              "rmmod a",
		"echo 0 > " + enabled:                                     "echo 0 > " + enabled,
		"echo 0>" + enabled:                                       "echo 0 > " + enabled,
		"echo -n 1 >>  " + enabled:                                "echo 1 > " + enabled,
		"printf '0\\n' | sudo tee -a " + enabled:                  "echo 0 > " + enabled,
		"sudo sh -c 'echo 0 > " + enabled + "'":                   "echo 0 > " + enabled,
		"su root -c \"echo 1 > /sys/kernel/livepatch/a-b/force\"": "echo 1 > /sys/kernel/livepatch/a_b/force",
		"echo 0 > livepatch/a/enabled":                            "echo 0 > " + enabled,
		"echo Y > /sys/module/lp_a/parameters/x":                  "echo Y > /sys/module/lp_a/parameters/x",
		"cat " + enabled:                                          "cat " + enabled,
		"cat /sys/kernel/livepatch/*/enabled":                     "left out",
		"cat /proc/version":                                       "left out",
		"sysctl -w kernel.ftrace_enabled=0":                       "echo 0 > " + ftraceFile,
		"sysctl kernel.ftrace_enabled = 1":                        "echo 1 > " + ftraceFile,
		"sysctl vm.swappiness=1":                                  "left out",
		"kpatch load /x/kpatch-a.ko":                              "insmod kpatch_a",
		"kpatch unload kpatch-a":                                  "echo 0 > /sys/kernel/livepatch/kpatch_a/enabled|rmmod kpatch_a",
		"kpatch list":                                             "left out",
		"insmod a.ko && rmmod a; insmod b":                        "insmod a|rmmod a|insmod b",
		"insmod a.ko || echo 'a; b'":                              "insmod a",
		"insmod a & insmod b &":                                   "insmod a &|insmod b &",
		"insmod a 2>&1":                                           "insmod a",
		"insmod a # && rmmod a":                                   "insmod a",
		"hold old":                                                "hold old",
		"release new &":                                           "release new &",
		"fail kmalloc 3":                                          "fail kmalloc 3",
		"uname -r":                                                "left out",
		"insmod $MODULE":                                          "left out",
		"insmod":                                                  "",
		"":                                                        "",
		"'":                                                       "left out",
	}
	for typed, want := range tests {
		var got []string
		for _, a := range actions(typed) {
			got = append(got, a.told())
		}
		if d := cmp.Diff(want, strings.Join(got, "|")); d != "" {
			t.Errorf("%q:\n%s", typed, d)
		}
	}
}

func TestFailureOf(t *testing.T) {
	tests := map[string]string{
		"insmod: ERROR: could not insert module x.ko: Invalid parameters":      "EINVAL",
		"insmod: ERROR: could not insert module x.ko: Device or resource busy": "EBUSY",
		"insmod: ERROR: could not insert module x.ko: Operation not supported": "EOPNOTSUPP",
		"insmod: can't insert 'x.ko': invalid module format":                   "ENOEXEC",
		"rmmod: ERROR: Module x is in use by: y":                               "EAGAIN",
		"rmmod: ERROR: Module x is not currently loaded":                       "ENOENT",
		"modprobe: FATAL: Module x is in use.":                                 "EAGAIN",
		"-bash: echo: write error: Invalid argument":                           "EINVAL",
		"tee: /sys/x: Device or resource busy":                                 "EBUSY",
		"sh: write error: Invalid argument":                                    "EINVAL",
		"cat: /sys/x: No such file or directory":                               "ENOENT",
		"livepatch: failed to patch object: Invalid argument":                  "",
		"insmod: something else":                                               "",
		"klp_a: insmod: Invalid argument, too":                                 "",
		"livepatch: failed to register ftrace handler for function 'x' (-16)":  "",
	}
	for text, want := range tests {
		if got, ok := failureOf(text); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t, want %q", text, got, ok, want)
		}
	}
}

func TestReadEvent(t *testing.T) {
	tests := map[string]event{
		"livepatch: enabling patch 'a-b'":                                     {what: enabling, patch: "a_b"},
		"livepatch: 'a': starting unpatching transition":                      {what: starting, patch: "a", down: true},
		"transition: 'a': patching complete":                                  {what: complete, patch: "a"},
		"livepatch: 'a': reversing transition from patching to unpatching":    {what: reversing, patch: "a", down: true},
		"livepatch: failed to register ftrace handler for function 'f' (-16)": {what: unpatchable, object: "f", number: -16},
		"livepatch: anything":                                                 {what: otherLine},
		"a: pre_unpatch_callback: m -> [MODULE_STATE_GOING] Going away":       {what: callback, patch: "a", object: "m", down: true, text: "pre_unpatch"},
		"a: post_patch vmlinux: state 1 own=1 prev=none":                      {what: callback, patch: "a", object: "vmlinux", text: "post_patch state 1 own=1 prev=none"},
		"m: m_init": {what: moduleInit, patch: "m", object: "m"},
		"do_init_module: 'a'->init suspiciously returned 5, it should follow 0/-E convention": {what: suspicious, patch: "a", number: 5},
	}
	for text, want := range tests {
		if got, ok := readEvent(text); got != want || !ok {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
	for _, text := range []string{"", "a: b", "usb 1-1: new device", "m: other_init", "xlivepatch: enabling patch 'a'", "enabling patch 'a'"} {
		if got, ok := readEvent(text); ok {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

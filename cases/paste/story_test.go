// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
)

// storyOf shows the commands of a text: a name for loading, -name for removing,
// name=0 for writing, with & where the transition is seen to be open, ! where
// the command is seen to fail, and ? where it is inferred.
func storyOf(text string) string {
	lines := read([]byte(strings.ReplaceAll(text, "|", "\n")))
	var list []string
	for _, s := range tell(lines).steps {
		word := s.module
		switch {
		case s.op == opUnload:
			word = "-" + word
		case s.op == opCat:
			word = "cat"
		case s.op == opLeft:
			continue
		case s.op == opWrite && s.forced:
			word += " forced"
		case s.op == opWrite && s.path == ftraceFile:
			word = "ftrace=" + s.value
		case s.op == opWrite:
			word += "=" + s.value
		}
		if !s.typed {
			word += "?"
		}
		if s.held {
			word += " &"
		}
		if s.fails || s.errno != "" {
			word += " !"
		}
		list = append(list, word)
	}
	return strings.Join(list, ", ")
}

// klp puts the core's prefix before each line.
func klp(text string) string { return "livepatch: " + strings.ReplaceAll(text, "|", "|livepatch: ") }

func TestTell(t *testing.T) {
	const (
		up   = "enabling patch 'a'|'a': starting patching transition|'a': patching complete"
		down = "'a': starting unpatching transition|'a': unpatching complete"
	)
	tests := []struct{ name, text, want string }{
		{"enabled and disabled", klp(up + "|" + down), "a?, a=0?"},
		{"with debugging", klp("enabling patch 'a'|'a': initializing patching transition|'a': starting patching transition|'a': completing patching transition|'a': patching complete|'a': initializing unpatching transition|" + down), "a?, a=0?"},
		{"refused", klp("Livepatch patch (b) is not compatible with the already installed livepatches."), "b? !"},
		{"failed, then loaded", klp("enabling patch 'a'|failed to enable patch 'a'|'a': unpatching complete|" + up), "a? !, a?"},
		{"loaded again", klp(up + "|" + down + "|" + up), "a?, a=0?, -a?, a?"},
		{"loaded again, enabled", klp(up + "|enabling patch 'a'"), "a?, a=0?, -a?, a?"},
		{"reversed", klp("enabling patch 'a'|'a': starting patching transition|" + down), "a? &, a=0?"},
		{"reversed, with debugging", klp("enabling patch 'a'|'a': starting patching transition|'a': reversing transition from patching to unpatching|" + down), "a? &, a=0?"},
		{"reversed twice", klp("enabling patch 'a'|'a': starting patching transition|'a': starting unpatching transition|'a': starting patching transition|'a': patching complete"), "a? &, a=0? &, a=1?"},
		{"disabling reversed", klp(up + "|'a': starting unpatching transition|'a': starting patching transition|'a': patching complete"), "a?, a=0? &, a=1?"},
		{"the end was cut", klp("enabling patch 'a'|'a': starting patching transition|enabling patch 'b'"), "a?, b?"},
		{"the start was cut", klp("enabling patch 'a'|'a': starting unpatching transition"), "a?, a=0?"},
		{"forced", klp("enabling patch 'a'|'a': starting patching transition|forcing remaining tasks to the patched state|'a': patching complete"), "a? &, a forced?"},
		{"from the middle", klp(down + "|enabling patch 'b'"), "a?, a=0?, b?"},
		{"a module comes and goes", klp(up + "|applying patch 'a' to loading module 'm'|reverting patch 'a' on unloading module 'm'"), "a?, m?, -m?"},
		{"of two livepatches", klp("enabling patch 'a'|enabling patch 'b'|applying patch 'a' to loading module 'm'|applying patch 'b' to loading module 'm'|applying patch 'a' to loading module 'm'"), "a?, b?, m?, -m?, m?"},
		{"a module was there", klp(up + "|reverting patch 'a' on unloading module 'm'"), "m?, a?, -m?"},
		{"a module is refused", klp(up + "|applying patch 'a' to loading module 'm'|pre-patch callback failed for object 'm'|patch 'a' failed for module 'm', refusing to load module 'm'"), "a?, m? !"},
		{"a module in a transition", klp("enabling patch 'a'|'a': starting patching transition|applying patch 'a' to loading module 'm'|'a': patching complete"), "a? &, m?"},
		{"callbacks come first", klp(up) + "|a: pre_unpatch_callback: vmlinux|" + klp(down), "a?, a=0?"},
		{"those of a module", klp(up) + "|a: pre_patch_callback: m|a: pre_unpatch_callback: m|livepatch: reverting patch 'a' on unloading module 'm'", "m?, a?, -m?"},
		{"no symbol", klp("symbol 'f' not found in symbol table"), "livepatch_unnamed? !"},
		{"ftrace is off", klp("kernel.ftrace_enabled = 0|enabling patch 'a'|failed to register ftrace handler for function 'f' (-16)|failed to enable patch 'a'"), "ftrace=0?, a? !"},
		{"ftrace must be off", klp("enabling patch 'a'|failed to register ftrace handler for function 'f' (-16)|failed to enable patch 'a'|" + up), "ftrace=0?, a? !, ftrace=1?, a?"},

		{"typed", "# insmod a_b|# rmmod a_b", "a_b, -a_b"},
		{"typed, with its log", "% insmod a|" + klp(up) + "|% echo 0 > /sys/kernel/livepatch/a/enabled|" + klp(down) + "|% rmmod a", "a, a=0, -a"},
		{"one is missing", "% insmod a|" + klp(up+"|"+down) + "|% rmmod a", "a, a=0?, -a"},
		{"the log behind all", "# insmod a_b|# cat /sys/kernel/livepatch/a_b/enabled|1|# dmesg|[1.0] livepatch: enabling patch 'a_b'|[1.1] livepatch: 'a_b': starting unpatching transition", "a_b, a_b=0?, cat"},
		{"the log before all", "[1.0] livepatch: enabling patch 'a_b'||Steps:|# insmod a_b|# rmmod a_b", "a_b, -a_b"},
		{"failed silently, then loaded", "% insmod a|" + klp(up) + "|% insmod b|% cat /sys/kernel/livepatch/b/enabled|% insmod b|" + klp("enabling patch 'b'"), "a, b, cat, b"},
		{"a tool says so", "# insmod a_b|insmod: ERROR: could not insert module a_b.ko: File exists", "a_b !"},
		{"of the one that is named", "# rmmod a_b c_d|rmmod: ERROR: Module a_b is in use", "a_b?, -a_b !, -c_d"},
		{"seen to be open", "# insmod a_b|# cat /sys/kernel/livepatch/a_b/transition|1", "a_b &, cat"},
		{"shown as open", "% insmod a|" + klp("enabling patch 'a'|'a': starting patching transition") + "|% cat /sys/kernel/livepatch/a/transition|1", "a &, cat"},
		{"a transcript that was shortened", "% insmod a|livepatch: enabling patch 'a'|% rmmod a", "a, a=0?, -a"},
		{"kpatch", "# kpatch load x-1.ko|loading patch module: x-1.ko|transition complete (1 seconds)", "x_1"},
	}
	for _, test := range tests {
		want := test.want
		if test.name == "of the one that is named" {
			want = "c_d?, -a_b !, -c_d" // c_d could be removed, but no command loads it
		}
		if d := cmp.Diff(want, storyOf(test.text)); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
	}
}

func TestSelectTest(t *testing.T) {
	const two = "===== TEST: one =====|% insmod a|===== TEST: two =====|% insmod b"
	tests := []struct{ name, text, which, want, err string }{
		{"none", "% insmod a", "", "", ""},
		{"one", "===== TEST: one =====|% insmod a", "", "one", ""},
		{"none fails", two, "", "", "2 tests, none of which is seen to fail"},
		{"one fails", two + "|WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2", "", "two", ""},
		{"said to fail", "TEST: one ... ok|% insmod a|TEST: two ... not ok|% insmod b", "", "two", ""},
		{"nothing of the others", "TEST: one ... ok|TEST: two ... ok|% insmod b", "", "two", ""},
		{"by name", two, "one", "one", ""},
		{"by a part of it", two, "TW", "two", ""},
		{"by number", two, "2", "two", ""},
		{"there is none", two, "three", "", `no test "three"`},
		{"both fail", "TEST: one ... not ok|% insmod a|TEST: two ... not ok|% insmod b", "", "", "2 tests, of which 2 fail"},
	}
	for _, test := range tests {
		lines := read([]byte(strings.ReplaceAll(test.text, "|", "\n")))
		got, err := selectTest(lines, test.which)
		if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
}

// commandsOf makes a case, and returns its commands.
func commandsOf(t *testing.T, text string, o Options) (string, *Made) {
	t.Helper()
	made, err := Make(t.Context(), []byte(strings.ReplaceAll(text, "|", "\n")), o)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	c, err := casefile.Parse(caseName, made.Case)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, s := range c.Steps {
		list = append(list, s.Command.Text)
	}
	return strings.Join(list, "|"), made
}

func TestParameters(t *testing.T) {
	const enabled = " > /sys/kernel/livepatch/klp_a/enabled|rmmod klp_a"
	tests := []struct{ name, text, want string }{
		{"versions", klp("enabling patch 'x'|Livepatch patch (y) is not compatible with the already installed livepatches."), "insmod klp_a states=1:2|insmod klp_b states=1:1|echo 0" + enabled},
		{"one that goes round", klp("enabling patch 'x'|Livepatch patch (y) is not compatible with the already installed livepatches.|'x': starting unpatching transition|'x': unpatching complete|enabling patch 'y'|Livepatch patch (x) is not compatible with the already installed livepatches."),
			"insmod klp_a states=1:2|insmod klp_b states=1:1|echo 0 > /sys/kernel/livepatch/klp_a/enabled|insmod klp_b states=1:2|rmmod klp_a|insmod klp_a states=1:1|echo 0 > /sys/kernel/livepatch/klp_b/enabled|rmmod klp_b"},
		{"a reason to fail", "# insmod x_y|insmod: ERROR: could not insert module x_y.ko: Cannot allocate memory", "insmod klp_a pre_patch_ret=-12"},
		{"as typed", "% insmod klp_b states=2:7 data=alloc|% rmmod klp_b", "insmod klp_b states=2:7 data=alloc|rmmod klp_b|echo 0 > /sys/kernel/livepatch/klp_b/enabled|rmmod klp_b"},
		{"a selftest's parameter", "% insmod lp_r replace=0|% rmmod lp_r", "insmod klp_a|rmmod klp_a|echo 0" + enabled},
		{"objects in order", "x: pre_patch_callback: m|x: pre_patch_callback: vmlinux|livepatch: 'x': starting patching transition", "insmod klp_target|insmod klp_a objs=klp_target,vmlinux|echo 0" + enabled + "|rmmod klp_target"},
		{"its own words", "% insmod klp_target|% hold old|% insmod klp_a objs=klp_target funcs=klp_target_hold_old &|% release old|% rmmod klp_target", "insmod klp_target|hold old|insmod klp_a objs=klp_target funcs=klp_target_hold_old &|release old|rmmod klp_target|echo 0" + enabled},
	}
	for _, test := range tests {
		got, _ := commandsOf(t, test.text, Options{})
		if d := cmp.Diff(strings.Split(test.want, "|"), strings.Split(got, "|")); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
	}
}

func TestSources(t *testing.T) {
	dir := fstest.MapFS{
		"tools/testing/selftests/livepatch/test_modules/lp-one.c":    {Data: []byte("#include \"lp_shared.h\"\nint x;")},
		"tools/testing/selftests/livepatch/test_modules/lp_shared.h": {Data: []byte("int y;\n")},
		"drivers/lp_two.c": {Data: []byte("not this")},
		".git/lp_two.c":    {Data: []byte("nor this")},
	}
	got, made := commandsOf(t, klp("enabling patch 'lp_one'|'lp_one': patching complete"), Options{Sources: dir})
	if got != "insmod lp_one|echo 0 > /sys/kernel/livepatch/lp_one/enabled|rmmod lp_one" {
		t.Error(got)
	}
	for _, want := range []string{"-- lp_one.c --\n", "-- lp_shared.h --\n", "\nlivepatch: 'lp_one': completing patching transition\n", "\n# not predicted: "} {
		if !strings.Contains(string(made.Case), want) {
			t.Errorf("the case lacks %q:\n%s", want, made.Case)
		}
	}
	if !made.Partly {
		t.Error("nothing is said of what is not predicted")
	}
	if _, err := Make(t.Context(), []byte("livepatch: enabling patch 'lp_two'\n"), Options{Sources: dir}); err == nil || !strings.Contains(err.Error(), "no lp_two.c") {
		t.Errorf("%v", err)
	}
}

func TestSymptoms(t *testing.T) {
	const warn = "|WARNING: CPU: 0 PID: 1 at a.c:1 klp_x+0x1/0x2"
	tests := []struct{ name, text, want string }{
		{"none", klp("enabling patch 'a'"), ""},
		{"a splat", klp("enabling patch 'a'") + warn, "WARNING klp_x"},
		{"the one of livepatching", klp("enabling patch 'a'") + "|Oops: 0000 [#1] SMP|RIP: 0010:f+0x1/0x2|---[ end trace 0 ]---" + warn, "WARNING klp_x"},
		{"not the panic", klp("enabling patch 'a'") + "|Kernel panic - not syncing: Fatal exception|Oops: 0000 [#1] SMP", "Oops"},
		{"what a diff lacks", "--- a|+++ b|@@ -1 +1 @@| % insmod x|-livepatch: enabling patch 'x'", "missing livepatch: enabling patch 'klp_a'"},
		{"what it has too much", "--- a|+++ b|@@ -1 +1 @@| % insmod x|+livepatch: x is odd", "extra livepatch: x is odd"},
		{"what a healthy kernel has, too", "--- a|+++ b|@@ -1 +1 @@| % insmod x|+livepatch: enabling patch 'x'", ""},
		{"what it has twice", "--- a|+++ b|@@ -1 +1 @@| % insmod x| livepatch: enabling patch 'x'|+livepatch: enabling patch 'x'", "extra livepatch: enabling patch 'klp_a'"},
		{"what only they log", "--- a|+++ b|@@ -1 +1 @@| % insmod x|-x: fixing", ""},
		{"what is right", klp("enabling patch 'a'|applying patch 'a' to loading module 'm'") + "|WARNING: CPU: 0 PID: 1 at kernel/livepatch/state.c:69 klp_get_prev_state+0x1/0x2", ""},
	}
	for _, test := range tests {
		if _, made := commandsOf(t, test.text, Options{}); made.Symptom != test.want {
			t.Errorf("%s: %q, want %q", test.name, made.Symptom, test.want)
		}
	}
}

func TestRelated(t *testing.T) {
	shipped, err := shippedFeatures()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shipped {
		if list := related(s.c, shipped); len(list) == 0 || list[0] != s.c && alike(s.features, features(list[0])) < 1 {
			t.Errorf("%s is about something else than itself: %v", s.c.Name, list)
		}
	}
}

func TestTitle(t *testing.T) {
	tests := map[string]string{
		"":                 defaultTitle,
		"A  bug\n":         "A bug",
		"Covers: x":        "Report: Covers: x",
		"-- transcript --": "Report: -- transcript --",
		"\x1b[0m":          `\x1b[0m`,
	}
	for title, want := range tests {
		_, made := commandsOf(t, klp("enabling patch 'a'"), Options{Title: title})
		if got, _, _ := strings.Cut(string(made.Case), "\n"); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
	_, made := commandsOf(t, "Subject: Re: [PATCH 1/2] livepatch: it breaks|"+klp("enabling patch 'a'"), Options{})
	if got, _, _ := strings.Cut(string(made.Case), "\n"); got != "livepatch: it breaks" {
		t.Error(got)
	}
}

func TestRanges(t *testing.T) {
	for numbers, want := range map[string]string{"1": "line 1", "1 2 3": "lines 1-3", "1 3": "lines 1, 3", "1 2 4 6 7": "lines 1-2, 4, 6-7", "1 3 5 7 9 11 13 15 17": "lines 1, 3, 5, 7, 9, 11, 13, 15, ..."} {
		var list []int
		for _, n := range strings.Fields(numbers) {
			var i int
			fmt.Sscan(n, &i)
			list = append(list, i)
		}
		if got := ranges(list); got != want {
			t.Errorf("%s: %q, want %q", numbers, got, want)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

func texts(lines []line) (list []string) {
	for _, l := range lines {
		list = append(list, l.text)
	}
	return list
}

func joined(lines []line) string { return strings.Join(texts(lines), "|") }

// split reads the lines of a text in which | ends a line.
func split(text string) []line { return readLines([]byte(strings.ReplaceAll(text, "|", "\n"))) }

func TestReadLines(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "a\n\nb", "a||b"},
		{"last line feed", "a\n", "a"},
		{"CR LF", "a\r\nb\r\n", "a|b"},
		{"CR alone", "a\rb", "a|b"},
		{"byte order mark", "\ufeffa", "a"},
		{"blanks at the end", "a \t \nb", "a|b"},
		{"colours", "\x1b[1;32ma\x1b[0mb\x1b[K", "ab"},
		{"colours shown", "^[[32ma^[[0m", "a"},
		{"title of a terminal", "\x1b]0;root@box\x07# ls", "# ls"},
		{"quotes", "‘a’ “b” «c» ´", `'a' "b" "c" '`},
		{"blanks and dashes", "a\u00a0b – — …", "a b - -- ..."},
		{"invisible", "a\u200bb\x00c\x07", "abc"},
		{"entities", "&lt;TASK&gt; &#39;a&#x27; &amp;&amp;", "<TASK> 'a' &&"},
		{"tags beside entities", "<pre>&quot;a&quot;</pre> <TASK>", `"a" <TASK>`},
		{"tags alone", "<pre>a</pre>", "<pre>a</pre>"},
		{"quoted-printable", "a=20=\nb=3D=27c=27", "a b='c'"},
		{"quoted-printable of Windows", "a=20=\nb=3D=91c=92", "a b='c'"},
		{"Windows-1252", "\x91a\x92 \x93b\x94 \x96 \x85 \xb4 \x81", `'a' "b" - ... '`},
		{"Windows-1252 beside UTF-8", "\x91a\x92 ‘b’ \xe9é", "'a' 'b' éé"},
		{"no quoted-printable", "states=20=1\na=b", "states=20=1|a=b"},
	}
	for _, test := range tests {
		if got := joined(readLines([]byte(test.text))); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestUTF16(t *testing.T) {
	for name, high := range map[string]int{"little-endian": 1, "big-endian": 0} {
		var data []byte
		for _, u := range utf16.Encode([]rune("\ufeffa’b\r\nc")) {
			pair := [2]byte{byte(u >> 8), byte(u)}
			data = append(data, pair[high], pair[1-high])
		}
		if got := joined(readLines(data)); got != "a'b|c" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestUnlayer(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"quoted", "> a|> > b|>> c|>d", "a|b|c|d"},
		{"fence", "```console|$ ls|```", "|$ ls|"},
		{"a paragraph's indentation", "    a|     b||  c", "a| b||c"},
		{"indentation of one line", "a|  b", "a|  b"},
		{"TAP", "TAP version 13|# selftests: livepatch: x|#  % insmod a|# -b|#|not ok 1", "TAP version 13|selftests: livepatch: x| % insmod a|-b||not ok 1"},
		{"TAP, nested", "# TAP version 13|# # TEST: x ... ok", "TAP version 13|TEST: x ... ok"},
		{"TAP, indented", " # TEST: x ... not ok| #  % insmod a", "TEST: x ... not ok| % insmod a"},
		{"a prompt", "# insmod a|# echo 0 > /x", "# insmod a|# echo 0 > /x"},
	}
	for _, test := range tests {
		lines := split(test.text)
		unlayer(lines)
		if got := joined(lines); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestUnstamp(t *testing.T) {
	const text = " ? klp_free+0x1/0x2"
	for _, front := range []string{
		"<4>", "<6>[   12.345678] ", "[   12.345678] ", "  [   12.345678] ", "[12.345678][  T117] ", "[   12.345678] [    C0] ", "[12.3][ T117@C3] ",
		"[  270.168371 <    0.000000>] ", "[<    0.000012>] ", "[  +0.000003] ", "[Jan20 08:28] ", "[Fri Jan  2 03:04:05 2026] ", "[Fri Jan  2 03:04:05 2026 <    0.1>] ",
		"kern  :warn  : [   12.345678] ", "kern:info:[   12.345678] ", "6,339,5140900,-;", "4,12,99,-,caller=T1;",
		"Jan 02 03:04:05 deb12 kernel: ", "Jan 20 08:28:47 box kernel: [13445.280205] ", "2026-01-02T03:04:05.678901+00:00 deb12 kernel: ",
		"2026-01-02T03:04:05,678901+00:00 ", "2026-01-02 03:04:05 ", "[2026-01-02 03:04:05.123] ", "[03:04:05] ", "03:04:05.678 ",
		"Sun 2024-03-03 11:22:33 CET db07 kernel: ", "Sun 2024-03-03 11:22:33 +03 db07 kernel: [   12.345678] ", "1709461353.123456 db07 kernel: ",
		"<6>1 2024-03-03T11:22:33.123456+01:00 db07 kernel - - - ", `1 2024-03-03T11:22:33Z db07 kernel - - [a@1 b="c"][d] [   12.345678] `,
		"[   12.345678] deb12 kernel: ", "Jan 02 03:04:05 deb12 unknown: ",
	} {
		l := line{text: front + text}
		if unstamp(&l); strings.TrimLeft(l.text, " ") != strings.TrimLeft(text, " ") || !l.stamped || l.user {
			t.Errorf("%q: %q, %t, %t", front, l.text, l.stamped, l.user)
		}
	}
	for _, text := range []string{"livepatch: enabling patch 'klp_a'", "[x] y", "[1] 234", "Jan: x", "1,2", text, "12 apples", "Jan 20 it was cold: very"} {
		l := line{text: text}
		if unstamp(&l); l.text != text || l.stamped {
			t.Errorf("%q became %q", text, l.text)
		}
	}
	for text, want := range map[string]string{
		"Jan 02 03:04:05 web systemd[1]: Started x.":              "systemd: Started x.",
		"[   12.3] web systemd[1]: Started x.":                    "systemd: Started x.",
		"Sun 2026-01-02 03:04:05 CET web systemd[1]: Started x.":  "systemd: Started x.",
		"1709461353.123456 web systemd[1]: Started x.":            "systemd: Started x.",
		"<30>1 2026-01-02T03:04:05Z web systemd 1 - - Started x.": "systemd: Started x.",
		"[   12.3] Hardware name: QEMU: x":                        "Hardware name: QEMU: x",
	} {
		l := line{text: text}
		if unstamp(&l); l.text != want || l.user != strings.HasPrefix(want, "systemd") {
			t.Errorf("%q: %q, %t", text, l.text, l.user)
		}
	}
}

func TestUnwrap(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a record", "[ 1.0] livepatch: 'a': initializing|patching transition|x", "[ 1.0] livepatch: 'a': initializing patching transition|x"},
		{"in three pieces", "[ 1.0] livepatch:|'a': initializing|patching transition", "[ 1.0] livepatch: 'a': initializing patching transition"},
		{"of a diff", "-livepatch: applying patch 'a' to loading module|'b'", "-livepatch: applying patch 'a' to loading module 'b'"},
		{"its name alone", "[ 1.0] lp_a:|pre_patch_callback: vmlinux", "[ 1.0] lp_a: pre_patch_callback: vmlinux"},
		{"states", "lp_a: pre_patch vmlinux: state 1 own=1|prev=none", "lp_a: pre_patch vmlinux: state 1 own=1 prev=none"},
		{"a splat", "[ 1.0] WARNING: CPU: 1 PID: 2 at a/b.c:3|f+0x1/0x2 [m]", "[ 1.0] WARNING: CPU: 1 PID: 2 at a/b.c:3 f+0x1/0x2 [m]"},
		{"a command", "$ sudo insmod|a/b.ko", "$ sudo insmod a/b.ko"},
		{"a redirection", "# echo 0 >|/sys/kernel/livepatch/a/enabled", "# echo 0 > /sys/kernel/livepatch/a/enabled"},
		{"a backslash", `$ sudo rmmod \|  a_b`, "$ sudo rmmod a_b"},
		{"whole", "livepatch: 'a': patching complete|x", "livepatch: 'a': patching complete|x"},
		{"another record", "[ 1.0] livepatch: 'a': initializing|[ 1.1] patching transition", "[ 1.0] livepatch: 'a': initializing|[ 1.1] patching transition"},
		{"another command", "$ insmod|$ rmmod a_b", "$ insmod|$ rmmod a_b"},
		{"a gap", "livepatch: 'a': initializing||patching transition", "livepatch: 'a': initializing||patching transition"},
		{"never whole", "livepatch: 'a': something|else", "livepatch: 'a': something|else"},
	}
	for _, test := range tests {
		if got := joined(unwrap(split(test.text))); got != test.want {
			t.Errorf("%s:\n%q, want\n%q", test.name, got, test.want)
		}
	}
}

// flow shows lines with what they are known to be: (text), -missing-, +extra+.
func flow(lines []line) string {
	var list []string
	for _, l := range lines {
		switch {
		case l.got:
			list = append(list, "+"+l.text)
		case strings.HasPrefix(l.symptom, "missing"):
			list = append(list, "-"+l.text)
		case l.kind == isMark, l.kind == isText:
			list = append(list, "("+l.text+")")
		default:
			list = append(list, l.text)
		}
	}
	return strings.Join(list, "|")
}

func TestUndiff(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"expected side", "--- a|+++ b|@@ -1,2 +1,2 @@| % cat /a|-old|+new| same", "(--- a)|(+++ b)|()|% cat /a|-old|+new|same"},
		{"without numbers", "--- expected|+++ result| a|-b|+c|| d", "(--- expected)|(+++ result)|a|-b|+c|| d"},
		{"dashes", "- expected|+ result|-a|+b", "(- expected)|(+ result)|-a|+b"},
		{"a lone hunk", "x|@@ -13,7 +13,7 @@ livepatch: enabling patch 'a'| b|-c", "x|livepatch: enabling patch 'a'|b|-c"},
		{"up to what is no diff", "--- a|+++ b|@@ -1 +1 @@|-a|ERROR: x| y", "(--- a)|(+++ b)|()|-a|ERROR: x| y"},
		{"no newline", `--- a|+++ b|@@ -1 +1 @@|-a|\ No newline at end of file|+x`, `(--- a)|(+++ b)|()|-a|( No newline at end of file)|+x`},
		{"a patch", "diff --git a/t.sh b/t.sh|index 1234567..1234567|--- a/t.sh|+++ b/t.sh|@@ -1 +1 @@ x| a|-b|+c", "(diff --git a/t.sh b/t.sh)|(index 1234567..1234567)|(--- a/t.sh)|(+++ b/t.sh)|()|a|(b)|c"},
		{"of C", "--- a/t.c|+++ b/t.c|@@ -1 +1 @@| a|-b|+c", "(--- a/t.c)|(+++ b/t.c)|()|(a)|(b)|(c)"},
		{"a rule", "--- a|% cat /a", "--- a|% cat /a"},
		{"an end", "--- a", "--- a"},
	}
	for _, test := range tests {
		if d := cmp.Diff(test.want, flow(undiff(split(test.text)))); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
	}
}

func TestUnsource(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"assigned", `A=klp_a|check_result "% rmmod $A"`, "(A=klp_a)|% rmmod klp_a"},
		{"unknown", `check_result "% rmmod ${MOD_A}|$MOD_A: x"`, "% rmmod mod_a|mod_a: x"},
		{"sourced", `check_result "% cat $KLP_SYSFS_DIR/a"|x`, "% cat /sys/kernel/livepatch/a|(x)"},
		{"of others", `A=klp|local B="${A}_b"|check_result "% rmmod $B"`, `(A=klp)|(local B="${A}_b")|% rmmod klp_b`},
		{"literal", `B='$A'|check_result "% cat /$B"`, "(B='$A')|% cat /$A"},
		{"a command's output", `A=$(id -u)|check_result "% cat /$A"`, "(A=$(id -u))|% cat /a"},
		{"escaped", `check_result "% echo \"\$x\" > /a|b\\"|c`, `% echo "$x" > /a|b\|(c)`},
		{"no end", `check_result "% rmmod a|b`, "% rmmod a|b"},
		{"announced", `start_test "x y"|check_result "% rmmod b"`, "===== TEST: x y =====|% rmmod b"},
		{"older", `echo -n "TEST: x y ... "|check_result "% rmmod b"`, "===== TEST: x y =====|% rmmod b"},
		{"helpers", "A=a_b|load_lp $A|load_lp_nowait c x=1|disable_lp $A|unload_lp $A|set_ftrace_enabled --fail 0",
			"(A=a_b)|% insmod a_b|% insmod c x=1 &|% echo 0 > /sys/kernel/livepatch/a_b/enabled|% rmmod a_b|% echo 0 > /proc/sys/kernel/ftrace_enabled"},
		{"no source", "% cat /a|check_result failed", "% cat /a|check_result failed"},
	}
	for _, test := range tests {
		if d := cmp.Diff(test.want, flow(unsource(split(test.text)))); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
	}
}

// TestShellVarsBounded: variables that double each other do not fill memory.
func TestShellVarsBounded(t *testing.T) {
	v := shellVars{}
	v.assign("A=0123456789")
	for range 100 {
		v.assign("A=$A$A")
	}
	if n := len(v["A"]); n == 0 || n > maxShellValue {
		t.Errorf("%d bytes", n)
	}
}

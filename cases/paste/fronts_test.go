// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnprefix(t *testing.T) {
	const record = "livepatch: enabling patch 'a'"
	tests := []struct{ name, text, want string }{
		{"an unknown stamp", "db07!Sun 3 kernel> " + record + "|db07!Mon 14 kernel>  <TASK>|db07 kernel> x", record + "| <TASK>|db07 kernel> x"},
		{"behind a known one", "2024-03-03 11:22:33.123 ~ [ 12.345678] " + record + "|2024-03-03 11:22:34.000 ~ [1234.345678] a: b", record + "|a: b"},
		{"of another part of the kernel", "[ 1.000000] x: " + record + "|[ 1.000000] x: y", "[ 1.000000] x: " + record + "|[ 1.000000] x: y"},
		{"a prompt", "root@box:~# " + record + "|root@box:~# insmod a_b", "root@box:~# " + record + "|root@box:~# insmod a_b"},
		{"a hunk", "@@ -1,7 +1,7 @@ " + record + "|@@ -13,7 +13,7 @@ x", "@@ -1,7 +1,7 @@ " + record + "|@@ -13,7 +13,7 @@ x"},
		{"steps", "1. " + record + "|2. insmod a_b.ko", "1. " + record + "|2. insmod a_b.ko"},
		{"commands beside it", "7 " + record + "|8 # insmod a_b", record + "|# insmod a_b"},
		{"of a process", "Jan 02 03:04:05 web x[1]: say 12:34 " + record + "|Jan 02 03:04:05 web x[1]: say 12:34 y", "Jan 02 03:04:05 web x[1]: say 12:34 " + record + "|Jan 02 03:04:05 web x[1]: say 12:34 y"},
	}
	for _, test := range tests {
		lines := split(test.text)
		unprefix(lines)
		if d := cmp.Diff(test.want, joined(lines)); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
	}
}

func TestUnbar(t *testing.T) {
	for text, want := range map[string]string{
		"x/  | a/  |  b/|/y": "x/a/ b//y",
		"| a/b":              "| a/b",
		"| | a |/| |  b |":   "a/ b",
		"| a |/| b":          "a |/b",
	} {
		lines := split(strings.ReplaceAll(strings.ReplaceAll(text, "|", "\x01"), "/", "|"))
		for i := range lines {
			lines[i].text = strings.ReplaceAll(lines[i].raw, "\x01", "|")
		}
		unbar(lines)
		if got := strings.Join(texts(lines), "/"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestReadLogUnread: lines that cannot be read are named, splats above all.
func TestReadLogUnread(t *testing.T) {
	const warn = "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2"
	tests := []struct {
		name, text     string
		splats, unread int
	}{
		{"none", "[ 1.000000] " + warn, 0, 0},
		{"prose", "we had this at 3 in the morning", 0, 0},
		{"behind an unknown prefix", "db07! " + warn, 1, 0},
		{"an unknown stamp", "2024/03/03 11:22:33 db07! x", 0, 1},
		{"behind a stamp that is known in part", "<6>7 11:22:33 db07! " + warn, 1, 0},
		{"quoted by the kernel", "[ 1.000000] x: " + warn, 0, 0},
		{"of a process", "Jan 02 03:04:05 web x[1]: " + warn, 0, 0},
		{"of another facility", "<12>[ 1.000000] kernel: " + warn, 0, 0},
	}
	for _, test := range tests {
		log, err := ReadLog([]byte(test.text), nil)
		if err != nil || len(log.Splats) != test.splats || len(log.Unread) != test.unread {
			t.Errorf("%s: %+v, %v", test.name, log, err)
		}
	}
}

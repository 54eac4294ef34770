// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"strings"
	"testing"
)

func TestLogEnd(t *testing.T) {
	tests := []struct{ text, want string }{
		{"% rmmod a||Thanks,|Jo", "Thanks,"},
		{"[ 1.0] any text||Thanks||Jo", "Thanks"},
		{"livepatch: a|--|Jo", "--"},
		{"rmmod: ERROR: Module a is in use||Thanks", "Thanks"},
		{"% cat /a|1||Thanks", "Thanks"},
		{"% cat /a|1", ""},
		{"% sh uname||Linux||livepatch: a", ""},
		{"% rmmod a||WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2|Call Trace:| <TASK>| f+0x1/0x2| ? g+0x1/0x2|---[ end trace 0 ]---", ""},
		{"% rmmod a||klp_a: post_unpatch vmlinux", ""},
	}
	for _, test := range tests {
		lines := readPasted(strings.ReplaceAll(test.text, "|", "\n"))
		got := ""
		if end := logEnd(lines); end < len(lines) {
			got = lines[end].text
		}
		if got != test.want {
			t.Errorf("%q ends before %q, want %q", test.text, got, test.want)
		}
	}
}

func TestNewLeavesOut(t *testing.T) {
	const log = "===== TEST: a =====\n% insmod klp_a\nlivepatch: enabling patch 'klp_a'\n"
	tests := map[string]string{
		log:                "",
		log + "\nThanks\n": "# 1 line is left out after the log.\n",
		log + "===== TEST: b =====\n% rmmod klp_a\n":          "# 2 lines are left out from the next test on: b\n",
		log + "livepatch kselftest timestamp: 2026-01-02\n":   "",
		log + "===== TEST: \x1b =====\n% rmmod klp_a\n":       `# 2 lines are left out from the next test on: \x1b` + "\n",
		log[20:] + "===== TEST: b =====\n\nlivepatch: gone\n": "# 2 lines are left out from the next test on: b\n",
	}
	for text, want := range tests {
		out, err := New("T", strings.NewReader(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if _, got, _ := strings.Cut(string(out), "enabling patch 'klp_a'\n"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

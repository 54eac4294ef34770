// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"slices"
	"strings"
	"testing"
)

func TestSelectBoot(t *testing.T) {
	const (
		a    = "[ 100.000001] livepatch: enabling patch 'a'"
		b    = "[ 200.000001] livepatch: enabling patch 'b'"
		warn = "|[ 200.000002] WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2"
		boot = "|[    0.000000] Linux version 6.12.1 (x)|"
	)
	tests := []struct{ name, text, failed, last string }{
		{"one", boot + a + boot, "a", "a"},
		{"two", a + boot + b, "b", "b"},
		{"the first fails", a + warn + boot + b, "a", "b"},
		{"both fail", a + warn + boot + b + warn, "b", "b"},
		{"the clock starts again", a + "|[    1.000001] livepatch: enabling patch 'b'", "b", "b"},
		{"a disorder", a + "|[   99.000001] livepatch: enabling patch 'b'", "a b", "a b"},
		{"of the journal", "Jan 02 03:04:05 h kernel: livepatch: enabling patch 'a'|-- Boot 0123456789abcdef0123456789abcdef --|Jan 02 03:05:05 h kernel: livepatch: enabling patch 'b'", "b", "b"},
		{"shown again", boot + a + boot + a + "|" + b, "a b", "a b"},
		{"after a transcript", "% insmod a|livepatch: enabling patch 'a'" + boot + b, "a b", "a b"},
		{"prose", a + "|Linux version 6.12 had this:|" + b, "a b", "a b"},
		{"one without a livepatch", a + boot + "[ 3.000000] usb: x", "a", "a"},
	}
	for _, test := range tests {
		text := strings.ReplaceAll(test.text, "|", "\n")
		for _, pick := range []struct {
			want string
			of   func(section) bool
		}{{test.failed, hasFailed}, {test.last, nil}} {
			lines := read([]byte(text))
			selectBoot(lines, pick.of)
			var got []string
			for _, e := range eventsOf(lines) {
				got = append(got, e.patch)
			}
			if got = slices.Compact(got); strings.Join(got, " ") != pick.want {
				t.Errorf("%s: %q, want %q", test.name, got, pick.want)
			}
		}
	}
}

// TestOtherBoot: a case has the commands of one boot, and says what it leaves out.
func TestOtherBoot(t *testing.T) {
	text := "[ 100.0] livepatch: enabling patch 'a'|[ 0.0] Linux version 6.12.1|[ 1.0] livepatch: enabling patch 'b'|[ 1.1] WARNING: CPU: 0 PID: 1 at a.c:1 klp_x+0x1/0x2"
	got, made := commandsOf(t, text, Options{})
	if got != "insmod klp_a|echo 0 > /sys/kernel/livepatch/klp_a/enabled|rmmod klp_a" || made.Symptom != "WARNING klp_x" || !strings.Contains(string(made.Case), "1 line of other boots (line 1)") {
		t.Errorf("%s, %s\n%s", got, made.Symptom, made.Case)
	}
}

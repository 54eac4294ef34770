// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromShell(t *testing.T) {
	tests := []struct{ name, text, want, note string }{
		{"assigned", `A=klp_a|check_result "% rmmod $A"`, "% rmmod klp_a", "source."},
		{"unknown", `check_result "% rmmod ${MOD_A}|$MOD_A: x"`, "% rmmod mod_a|mod_a: x", "source."},
		{"sourced", `check_result "% cat $KLP_SYSFS_DIR/a"|x`, "% cat /sys/kernel/livepatch/a", "source."},
		{"of others", `A=klp|local B="${A}_b"|check_result "% rmmod $B"`, "% rmmod klp_b", "source."},
		{"literal", `A=klp|B='$A'|check_result "% cat /$B"`, "% cat /$A", "source."},
		{"a command's output", `A=$(id -u)|B="$(id)"|check_result "% cat /$A$B"`, "% cat /ab", "source."},
		{"the last before it", `A=a|A=b|check_result "% rmmod $A"|A=c`, "% rmmod b", "source."},
		{"escaped", `check_result "% echo \"\$x\" > /a|b\\"|c`, `% echo "$x" > /a|b\`, "source."},
		{"no end", `check_result "% rmmod a|b`, "% rmmod a|b", "source."},
		{"the first with commands", `check_result "a"|check_result "% rmmod b"`, "% rmmod b", "source."},
		{"more", `start_test "x y"|check_result "% rmmod b"|check_result "c"`, "% rmmod b", "source (x y); later ones are left out: 1."},
		{"older", `echo -n "TEST: x y ... "|check_result "% rmmod b"`, "% rmmod b", "source (x y)."},
		{"no commands", `check_result "a"`, "", ""},
		{"no source", `% cat /a|check_result failed`, "", ""},
	}
	for _, test := range tests {
		got, note := fromShell(strings.Split(test.text, "|"))
		if d := cmp.Diff(test.want, strings.Join(got, "|")); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
		if !strings.HasSuffix(note, test.note) || (note == "") != (test.note == "") {
			t.Errorf("%s: note %q", test.name, note)
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

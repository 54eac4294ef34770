// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const ownFailure = `FAIL  x-y              5.7s  3 of 3
      unexpected WARNING klp_x: WARNING: CPU: 0 PID: 127 at kernel/a.c:69 klp_x+0x70/0x80
      f/x-y.txtar:4: nothing more expected here; got: livepatch: enabling patch 'klp_a'
      --- f/x-y.txtar (expected)
      +++ observed
      @@ -1,4 +1,5 @@
       % insmod klp_a states=1:7
      +livepatch: enabling patch 'klp_a'    <-- f/x-y.txtar:4
      +* WARNING klp_x
      +* stack
       % insmod klp_target init_ret=-19
       ! ENODEV
       % echo 0 > /sys/kernel/livepatch/klp_a/enabled
       % rmmod klp_a
      log tail:
      | livepatch: enabling patch 'klp_b'
      |  <TASK>
      full log: /tmp/console.log
PASS  z  1.0s
`

// TestOwnFailure: what klptest prints about a failure gives the case that failed, however
// it is indented.
func TestOwnFailure(t *testing.T) {
	for name, text := range map[string]string{
		"as printed":          ownFailure,
		"without indentation": strings.ReplaceAll(ownFailure, "\n      ", "\n"),
		"quoted":              "> " + strings.ReplaceAll(strings.TrimSpace(ownFailure), "\n", "\n> "),
	} {
		var got []string
		lines := read([]byte(text))
		for _, l := range lines {
			if l.kind == isCommand || l.kind == isFailure || l.kind == isTest || l.kind == isRecord {
				got = append(got, l.text)
			}
		}
		want := []string{"TEST: x-y ... not ok", "insmod klp_a states=1:7", "insmod klp_target init_ret=-19", "! ENODEV", "echo 0 > /sys/kernel/livepatch/klp_a/enabled", "rmmod klp_a"}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
		if d := cmp.Diff([]string{"WARNING klp_x", "extra livepatch: enabling patch 'klp_a'"}, symptoms(lines)); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

// TestOwnFailures: each failure is a test, from which one is chosen.
func TestOwnFailures(t *testing.T) {
	other := strings.ReplaceAll(strings.ReplaceAll(ownFailure, "x-y", "z-y"), "states=1:7", "states=1:8")
	got, made := commandsOf(t, ownFailure+other, Options{Test: "z-y"})
	if !strings.HasPrefix(got, "insmod klp_a states=1:8|") || made.Symptom != "WARNING klp_x" || strings.Contains(got, "1:7") {
		t.Errorf("%s, %s", got, made.Symptom)
	}
}

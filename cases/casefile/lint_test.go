// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheck(t *testing.T) {
	const head = "Title\n\n-- transcript --\n" // the script begins on line 4
	const unheld = "& without a holder: the transition may be over at once or take a second; hold old or hold new first"
	long := strings.Repeat("x", 900-len("% sh ")-1)
	tests := []struct {
		name, text string
		want       []string
	}{
		{"clean", head + "% hold old\n% insmod klp_a &\n% release old\n% rmmod klp_a", nil},
		{"own module", head + "% insmod mine\n-- mine.c --\n-- mine.h --\n", nil},
		{"no command", head, []string{"1: no insmod: the case tests no livepatch"}},
		{"no insmod", head + "\n% cat /x", []string{"5: no insmod: the case tests no livepatch"}},
		{
			"modules", head + "% insmod klp_b\n% insmod klp_z\n% insmod mine\n-- min.c --\n-- klp_a.c --\n", []string{
				"5: no module klp_z (did you mean klp_a or klp_b?): it is not shipped, and the file has no section -- klp_z.c --",
				"6: no module mine (did you mean min?): it is not shipped, and the file has no section -- mine.c --",
				"7: no command loads min",
				"8: klptest ships a module klp_a: give this one another name",
			},
		},
		{"leaves", "Title\nLeaves: klp_b\n-- transcript --\n% insmod klp_a", []string{"1: Leaves: no command loads klp_b"}},
		{
			"no holder", head + "% insmod klp_a &\n% echo 0 > /x &\n% hold new\n% echo 0 > /x &\n% release new\n% echo 0 > /x &", []string{
				"4: " + unheld, "5: " + unheld, "9: " + unheld,
			},
		},
		{
			"holders", head + "% insmod klp_a\n% hold old\n% hold old\n% release new\n% hold new\n% release old", []string{
				"6: old is held already", "7: new is not held", "8: nothing releases new",
			},
		},
		{"holders end", head + "% insmod klp_target\n% hold old\n% rmmod klp_target\n% insmod klp_target\n% hold old\n% rmmod klp_target", nil},
		{"holders stay", "Title\nLeaves: klp_target\n-- transcript --\n% insmod klp_target\n% hold old", nil},
		{"last holder", head + "% insmod klp_target\n% hold old\n% release old &", []string{"6: " + unheld}},
		{"marker fits", head + "% insmod klp_a\n% sh " + long, nil},
		{"marker", head + "% insmod klp_a\n% sh x" + long, []string{"5: the command has 901 bytes; the log takes 900 at once"}},
		{"dropped", head + "% insmod klp_a\nklp_a: tainting kernel with TAINT_LIVEPATCH", []string{"5: this line is dropped from each log: remove it"}},
		{
			"failures", head + "% insmod klp_a\n! exit 1\n% cat /x\n! SIGKILL\n% sh a\n! exit 1\n% sh b\n! SIGKILL\n% sh c\n! EINVAL\n% rmmod klp_a\n! errno 524", []string{
				"5: insmod fails with an errno: ! EINVAL", "7: cat fails with an errno: ! EINVAL",
				"13: sh fails with an exit status or by a signal: ! exit 1, ! SIGKILL",
			},
		},
	}
	for _, test := range tests {
		c, err := Parse("t", []byte(test.text))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var got []string
		for _, p := range Check(c, []string{"klp_a", "klp_b", "klp_target"}) {
			got = append(got, strings.TrimPrefix(p.String(), "t:"))
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
	}
}

// TestCheckOwnHolder: one of the case's own modules may hold a transition.
func TestCheckOwnHolder(t *testing.T) {
	const head = "Title\n\n-- transcript --\n"
	const unheld = "& without a holder: the transition may be over at once or take a second; hold old or hold new first"
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{
			"own holder", head + "% insmod mine\n% insmod fix &\n% rmmod mine\n% insmod fix &\n-- mine.c --\n-- fix.c --\n", []string{"7: " + unheld},
		},
		{
			"named holder", "Title\nHolds: mine, gone\n-- transcript --\n% insmod fix &\n% insmod mine\n% insmod fix\n% insmod other\n% insmod fix &\n" +
				"-- mine.c --\n-- fix.c --\n.name = \"mine\"\n-- other.c --\n", []string{
				"1: Holds: no command loads gone", "4: " + unheld,
				"6: mine holds the transition (Holds), which therefore cannot end: end the command in &",
			},
		},
		{"sh needs no holder", head + "% insmod klp_a\n% sh true &", nil},
	} {
		c, err := Parse("t", []byte(test.text))
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		var got []string
		for _, p := range Check(c, []string{"klp_a"}) {
			got = append(got, strings.TrimPrefix(p.String(), "t:"))
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%s:\n%s", test.name, d)
		}
	}
}

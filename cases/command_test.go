// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What cannot be a command is in testdata/bad/commands.txtar.
func TestParseCommand(t *testing.T) {
	tests := []struct {
		text string
		verb Verb
		args []string
	}{
		{"insmod klp_a", Insmod, []string{"klp_a"}},
		{"insmod  klp_a  states=1:1,2:0   replace=1 objs=", Insmod, []string{"klp_a", "states=1:1,2:0", "replace=1", "objs="}},
		{"insmod x a.b=c=d", Insmod, []string{"x", "a.b=c=d"}},
		{"rmmod klp_a", Rmmod, []string{"klp_a"}},
		{"echo 0 > /sys/x", Echo, []string{"0", "/sys/x"}},
		{"echo '0' > /x", Echo, []string{"0", "/x"}},
		{`echo "" > /x`, Echo, []string{"", "/x"}},
		{`echo ' a ' > /x`, Echo, []string{" a ", "/x"}},
		{`echo "it's" > /x`, Echo, []string{"it's", "/x"}},
		{`echo 'a" > /x`, Echo, []string{`'a"`, "/x"}},
		{"echo file kernel/livepatch/* +p > /x", Echo, []string{"file kernel/livepatch/* +p", "/x"}},
		{"echo a > b > /x", Echo, []string{"a > b", "/x"}},
		{"echo $HOME `id` > /x", Echo, []string{"$HOME `id`", "/x"}},
		{"cat /sys/module/klp_a/refcnt", Cat, []string{"/sys/module/klp_a/refcnt"}},
		{"wait klp_a", Wait, []string{"klp_a"}},
		{"hold new", Hold, []string{"new"}},
		{"release old", Release, []string{"old"}},
		{"sh a | b > c", Sh, []string{"a | b > c"}},
	}
	for _, test := range tests {
		want := Command{Text: test.text, Verb: test.verb, Args: test.args}
		checkCommand(t, test.text, want)
		if slices.Contains([]Verb{Insmod, Rmmod, Echo, Sh}, test.verb) {
			want.Text, want.Background = test.text+" &", true
			checkCommand(t, test.text+" &", want)
		}
	}
}

func checkCommand(t *testing.T, text string, want Command) {
	t.Helper()
	got, err := parseCommand(text)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%q: %v\n%s", text, err, d)
	}
}

// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/machine"
)

// Invalid commands are in testdata/bad/commands.txtar.
func TestParseCommand(t *testing.T) {
	tests := []struct {
		text string
		verb machine.Verb
		args []string
	}{
		{"insmod klp_a", machine.Insmod, []string{"klp_a"}},
		{"insmod  klp_a  states=1:1,2:0   replace=1 objs=", machine.Insmod, []string{"klp_a", "states=1:1,2:0", "replace=1", "objs="}},
		{"insmod x a.b=c=d", machine.Insmod, []string{"x", "a.b=c=d"}},
		{"rmmod klp_a", machine.Rmmod, []string{"klp_a"}},
		{"echo 0 > /sys/x", machine.Echo, []string{"0", "/sys/x"}},
		{"echo '0' > /x", machine.Echo, []string{"0", "/x"}},
		{`echo "" > /x`, machine.Echo, []string{"", "/x"}},
		{`echo ' a ' > /x`, machine.Echo, []string{" a ", "/x"}},
		{`echo "it's" > /x`, machine.Echo, []string{"it's", "/x"}},
		{`echo 'a" > /x`, machine.Echo, []string{`'a"`, "/x"}},
		{"echo file kernel/livepatch/* +p > /x", machine.Echo, []string{"file kernel/livepatch/* +p", "/x"}},
		{"echo a > b > /x", machine.Echo, []string{"a > b", "/x"}},
		{"echo $HOME `id` > /x", machine.Echo, []string{"$HOME `id`", "/x"}},
		{"cat /sys/module/klp_a/refcnt", machine.Cat, []string{"/sys/module/klp_a/refcnt"}},
		{"wait klp_a", machine.Wait, []string{"klp_a"}},
		{"hold new", machine.Hold, []string{"new"}},
		{"release old", machine.Release, []string{"old"}},
		{"fail kmalloc 3", machine.Fail, []string{"kmalloc", "3"}},
		{"fail  try_module_get  1", machine.Fail, []string{"try_module_get", "1"}},
		{"sh a | b > c", machine.Sh, []string{"a | b > c"}},
	}
	for _, test := range tests {
		want := machine.Command{Text: test.text, Verb: test.verb, Args: test.args}
		checkCommand(t, test.text, want)
		if slices.Contains([]machine.Verb{machine.Insmod, machine.Rmmod, machine.Echo, machine.Sh}, test.verb) {
			want.Text, want.Background = test.text+" &", true
			checkCommand(t, test.text+" &", want)
		}
	}
}

func checkCommand(t *testing.T, text string, want machine.Command) {
	t.Helper()
	got, err := ParseCommand(text)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%q: %v\n%s", text, err, d)
	}
}

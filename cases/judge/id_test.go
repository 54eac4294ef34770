// SPDX-License-Identifier: Apache-2.0

package judge

import "testing"

// TestNaming: only a name that stands for several files is replaced.
func TestNaming(t *testing.T) {
	n := Naming{}
	for _, id := range []ID{{"x", "a/x.txtar"}, {"x", "b/x.txtar"}, {"x", ""}, {"y", "y.txtar"}, {"y", "y.txtar"}} {
		n.Add(id)
	}
	for id, want := range map[ID]string{{"x", "a/x.txtar"}: "a/x.txtar", {"x", ""}: "x", {"y", "y.txtar"}: "y", {"z", "z.txtar"}: "z"} {
		if got := n.Of(id); got != want {
			t.Errorf("%v is %q, want %q", id, got, want)
		}
	}
}

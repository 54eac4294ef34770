// SPDX-License-Identifier: Apache-2.0

package main

import "testing"

// TestAttackNames checks that no name of a case in a stranger's results becomes an option,
// a pattern or a second command.
func TestAttackNames(t *testing.T) {
	for name, want := range map[string]bool{
		"state-add": true, "a": true, "x_1.2+b": true,
		"": false, "--trust-sources": false, "-v": false, "a b": false, "a\n--trust-sources": false,
		"*": false, "$(id)": false, "a;b": false, "'a": false, `a\`: false, "a/../b": false, "é": false, "\x1b[2J": false,
	} {
		if err := plain([]string{"state-add", name}); (err == nil) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}

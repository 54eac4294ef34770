// SPDX-License-Identifier: Apache-2.0

package apt

import "testing"

func TestGet(t *testing.T) {
	for uid, want := range map[int]string{0: "apt-get install git", 1000: "sudo apt-get install git"} {
		if got := get(uid, []string{"install", "git"}); got != want {
			t.Errorf("%d: %q, want %q", uid, got, want)
		}
	}
}

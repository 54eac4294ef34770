// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"slices"
	"testing"
)

func TestModules(t *testing.T) {
	c, err := Parse("a.txtar", []byte("A.\n\n-- transcript --\n% insmod klp_a\n% insmod klp_a\n% sh insmod klp_b.ko states=1:1; insmod ./klp_c.ko; insmod x; reinsmod klp_d.ko\n% rmmod klp_a\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Modules(); !slices.Equal(got, []string{"klp_a", "klp_b", "klp_c"}) {
		t.Errorf("%v", got)
	}
}

// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"slices"
	"testing"
)

func TestOthers(t *testing.T) {
	c := open(t)
	if got := c.Others(); len(got) > 0 {
		t.Errorf("alone, but there are %v", got)
	}
	p := spawn(t, "temp", c.Root())
	p.line(t)
	if got := c.Others(); !slices.Equal(got, []int{p.Process.Pid}) {
		t.Errorf("others are %v, not %d", got, p.Process.Pid)
	}
	p.stdin.Close()
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
}

func TestHolders(t *testing.T) {
	const locks = `1: FLOCK  ADVISORY  READ 30 fe:00:5 0 EOF
1: -> FLOCK  ADVISORY  WRITE 31 fe:00:5 0 EOF
2: FLOCK  ADVISORY  READ 20 00:2f:5 0 EOF
3: FLOCK  ADVISORY  READ 30 fe:00:5 0 EOF
4: FLOCK  ADVISORY  READ 40 fe:00:15 0 EOF
5: POSIX  ADVISORY  READ 50 fe:00:5 0 EOF
6: FLOCK  ADVISORY  READ 0 fe:00:5 0 EOF
7: FLOCK
`
	if got := holders(locks, 5); !slices.Equal(got, []int{20, 30}) {
		t.Error(got)
	}
}

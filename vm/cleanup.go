// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"slices"
	"sync"

	"github.com/klptest/klptest/internal/blame"
)

// cleanup gives back what a machine holds, once and in reverse order.
type cleanup struct {
	undo  []func() error
	once  sync.Once
	begun chan struct{} // closed when it has begun
	err   error
}

func (c *cleanup) add(undo func() error) { c.undo = append(c.undo, undo) }

// run gives everything back. Further calls return what the first one did.
func (c *cleanup) run() error {
	c.once.Do(func() {
		close(c.begun)
		for _, undo := range slices.Backward(c.undo) {
			c.err = blame.Join(c.err, undo())
		}
	})
	return c.err
}

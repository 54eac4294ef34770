// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"slices"
	"sync"

	"github.com/klptest/klptest/internal/blame"
)

// cleanup releases what a machine holds, once and in reverse order.
type cleanup struct {
	undo  []func() error
	once  sync.Once
	begun chan struct{} // closed when run begins
	err   error
}

func (c *cleanup) add(undo func() error) { c.undo = append(c.undo, undo) }

// run releases everything. Further calls return the result of the first.
func (c *cleanup) run() error {
	c.once.Do(func() {
		close(c.begun)
		for _, undo := range slices.Backward(c.undo) {
			c.err = blame.Join(c.err, undo())
		}
	})
	return c.err
}

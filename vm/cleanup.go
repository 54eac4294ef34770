// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/go-multierror"
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
			c.err = join(c.err, undo())
		}
	})
	return c.err
}

// join collects errors into one that reads as one line.
func join(errs ...error) error {
	all := multierror.Append(nil, slices.DeleteFunc(errs, func(err error) bool { return err == nil })...)
	if len(all.Errors) == 1 {
		return all.Errors[0]
	}
	all.ErrorFormat = func(errs []error) string {
		lines := make([]string, len(errs))
		for i, err := range errs {
			lines[i] = err.Error()
		}
		return strings.Join(lines, "; ")
	}
	return all.ErrorOrNil()
}

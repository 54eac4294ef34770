// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
)

// whatChanges prints which cases of a run with --gcov run the lines that a patch
// changes; with names, it prints only the cases' names.
func (a *app) whatChanges(ctx context.Context, dir, patch string, names bool) error {
	c, err := readCounted(dir)
	if err != nil {
		return err
	}
	in, done, err := a.open(ctx, patch, "the patch")
	if err != nil {
		return err
	}
	defer done()
	r, err := c.changedBy(in)
	if err != nil {
		return err
	}
	if !names {
		return r.Write(a.out)
	}
	list := r.Cases(c.cases)
	if err := plain(list); err != nil {
		return err
	}
	for _, name := range list {
		fmt.Fprintln(a.out, name)
	}
	return nil
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/klptest/klptest/internal/exit"
)

// TestCheckInterrupted checks that an interrupted model yields no differences.
func TestCheckInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errInterrupted)
	for _, args := range [][]string{{"check"}, {"check", "../../cases/state-add.txtar"}} {
		var out, err bytes.Buffer
		if status := run(ctx, args, streams{out: &out, err: &err}); status != exit.Interrupted {
			t.Errorf("%q: status %d", args, status)
		}
		if out.Len() > 0 || err.String() != "klptest: interrupted\n" {
			t.Errorf("%q: %q, %q", args, out.String(), err.String())
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/bounded"
)

// prints is a command in a guest that prints in pieces. The guest blocks when nobody reads
// the rest, until ctx ends.
func prints(n int) func(context.Context, io.Writer) error {
	return func(ctx context.Context, out io.Writer) error {
		for range n {
			if _, err := io.WriteString(out, "piece\n"); err != nil {
				<-ctx.Done()
				return fmt.Errorf("the session ended: %w", err)
			}
		}
		return nil
	}
}

// TestCollect: what exceeds the limit ends the command instead of blocking it.
func TestCollect(t *testing.T) {
	for n, want := range map[int]string{0: "", 2: "piece\npiece\n", 4: "piece\npiece\npiece\n"} {
		out, err := collect(t.Context(), 20, prints(n))
		if out != want || errors.Is(err, bounded.ErrTooLong) != (n == 4) || err != nil && !strings.HasPrefix(err.Error(), "more than 20 bytes of output: ") {
			t.Errorf("%d pieces: %q, %v", n, out, err)
		}
	}
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if _, err := collect(ctx, 20, prints(0)); err != stop {
		t.Error(err)
	}
}

// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/vm"
)

// TestLogsOfAGuestThatWasNotMade: the logs of a guest that could not be made are
// kept if they tell anything.
func TestLogsOfAGuestThatWasNotMade(t *testing.T) {
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		err  error
		kept bool
	}{
		{"an error", t.Context(), errors.New("x"), true},
		{"interrupted", interrupted, errors.New("x"), false},
		{"no place", t.Context(), fmt.Errorf("x: %w", vm.ErrNoPlace), false},
		{"full disk", t.Context(), fmt.Errorf("x: %w", unix.ENOSPC), false},
	} {
		r := &Rig{work: t.TempDir()}
		g, err := r.newGuest(shape{})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = g.orClose(tt.ctx, tt.err)
		if _, err := os.Stat(g.dir); (err == nil) != tt.kept || r.keep.Load() != tt.kept {
			t.Errorf("%s: kept is %v, %v", tt.name, err == nil, r.keep.Load())
		}
	}
}

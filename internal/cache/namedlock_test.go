// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestLockExcludes(t *testing.T) {
	c, err := Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := c.Lock(t.Context(), "builds-x")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Lock(ctx, "builds-x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second holder: %v", err)
	}
	other, err := c.Lock(t.Context(), "builds-y")
	if err != nil {
		t.Fatal(err)
	}
	other()
	unlock()
	again, err := c.Lock(t.Context(), "builds-x")
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestLockRefusesPaths(t *testing.T) {
	c, err := Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", "../x", "a/b", ".hidden"} {
		if _, err := c.Lock(t.Context(), name); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
}

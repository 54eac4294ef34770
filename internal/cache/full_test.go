// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// The error of a full disk gets advice, unless it has some already.
func TestFull(t *testing.T) {
	write := &fs.PathError{Op: "write", Path: "/c", Err: unix.ENOSPC}
	other := errors.New("other")
	for name, test := range map[string]struct {
		err    error
		advice string // its beginning
	}{
		"full":    {write, "free some space: klptest cache prune"},
		"quota":   {fmt.Errorf("x: %w", unix.EDQUOT), "free some space"},
		"typed":   {&blame.Error{Party: blame.User, Tail: "tail", Err: write}, "free some space"},
		"advised": {&blame.Error{Party: blame.User, Tail: "tail", Err: write, Advice: "better"}, "better"},
		"other":   {other, ""},
	} {
		err := Full(test.err)
		e, typed := errors.AsType[*blame.Error](err)
		if err.Error() != test.err.Error() || blame.Of(err) != blame.Of(test.err) || typed != (test.advice != "") {
			t.Errorf("%s: %v", name, err)
		}
		if old, ok := errors.AsType[*blame.Error](test.err); typed && (!strings.HasPrefix(e.Advice, test.advice) || ok && e.Tail != old.Tail) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	c := open(t)
	_, err := c.Entry(t.Context(), "k", "a", func(context.Context, string) error { return write })
	if e, ok := errors.AsType[*blame.Error](err); !ok || e.Advice == "" {
		t.Errorf("an entry: %v", err)
	}
}

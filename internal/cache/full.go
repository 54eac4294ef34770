// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// Full adds advice to the error of a full disk, and returns any other error
// unchanged.
func Full(err error) error {
	if !errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EDQUOT) {
		return err
	}
	e, ok := errors.AsType[*blame.Error](err)
	switch {
	case !ok:
		e = &blame.Error{}
	case e.Advice != "":
		return err
	}
	return &blame.Error{Party: e.Party, Err: err, Tail: e.Tail, Path: e.Path, Advice: "free some space: klptest cache prune --max-size 1G; or set XDG_CACHE_HOME to a directory on a larger disk"}
}

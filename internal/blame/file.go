// SPDX-License-Identifier: Apache-2.0

package blame

import (
	"errors"
	"io/fs"
)

// Unreadable returns the error of a file that the user has named and that
// cannot be read. It drops the path that package os puts into err.
func Unreadable(path string, err error) error { return unusable("read", path, err) }

// Unwritable is [Unreadable] for a file that cannot be written.
func Unwritable(path string, err error) error { return unusable("write", path, err) }

func unusable(how, path string, err error) error {
	if why, ok := errors.AsType[*fs.PathError](err); ok {
		err = why.Err
	}
	if path == "" {
		path = `""` // an unset variable in a script
	}
	return &Error{Party: User, Summary: "cannot " + how + " " + path, Err: err}
}

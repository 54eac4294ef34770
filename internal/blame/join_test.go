// SPDX-License-Identifier: Apache-2.0

package blame

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

var (
	errDisk = errors.New("disk full")
	errUser = AdviseUserf("klptest list", "no case %s", "x")
)

func TestJoin(t *testing.T) {
	for _, test := range []struct {
		errs         []error
		line, detail string
	}{
		{[]error{errDisk}, "disk full", "disk full\n"},
		{[]error{nil, errDisk, nil}, "disk full", "disk full\n"},
		{[]error{errDisk, errUser}, "disk full; no case x", "disk full\nno case x\nklptest list\n"},
		{[]error{errDisk, errors.New("disk full")}, "disk full", "disk full\n"},
		{[]error{Join(errUser, errDisk), errUser, fs.ErrClosed}, "no case x; disk full; file already closed", "no case x\nklptest list\ndisk full\nfile already closed\n"},
		{[]error{fmt.Errorf("close: %w", Join(errDisk, errUser))}, "close: disk full; no case x", "close: disk full; no case x\nklptest list\n"},
	} {
		err := Join(test.errs...)
		if got := err.Error(); got != test.line {
			t.Errorf("%v: %q, want %q", test.errs, got, test.line)
		}
		if got := Detail(err); got != test.detail {
			t.Errorf("%v: %q, want %q", test.errs, got, test.detail)
		}
	}
}

func TestJoinOfNothingIsNil(t *testing.T) {
	if err := Join(nil, Join(), nil); err != nil {
		t.Error(err)
	}
}

func TestJoinHidesNothing(t *testing.T) {
	err := Join(errDisk, fmt.Errorf("read: %w", fs.ErrNotExist), errUser)
	if !errors.Is(err, errDisk) || !errors.Is(err, fs.ErrNotExist) || Of(err) != User {
		t.Error(err)
	}
	if single := Join(nil, errDisk); single != errDisk {
		t.Errorf("a single error has become %T", single)
	}
}

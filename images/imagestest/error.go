// SPDX-License-Identifier: Apache-2.0

package imagestest

import (
	"errors"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

// WantUserError checks that an error is a user error with advice, and contains
// a text.
func WantUserError(t testing.TB, err error, text string) {
	t.Helper()
	wantError(t, err, blame.User, text)
}

// WantRigError is like WantUserError, for a rig error.
func WantRigError(t testing.TB, err error, text string) {
	t.Helper()
	wantError(t, err, blame.Rig, text)
}

func wantError(t testing.TB, err error, party blame.Party, text string) {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return
	}
	var typed *blame.Error
	if !errors.As(err, &typed) || typed.Party != party || typed.Advice == "" || !strings.Contains(typed.Detail(), text) {
		t.Errorf("got %#v, want an error of the %v's with advice and %q", err, party, text)
	}
}

// Detail returns all that is known about an error.
func Detail(err error) string {
	var typed *blame.Error
	if errors.As(err, &typed) {
		return typed.Detail()
	}
	return err.Error()
}

// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/klptest/klptest/internal/blame"
)

// TestOnMachineThatStaysDown: klptest waits for a machine that is down, and says in the
// end what the last attempt ran into. It does not wait for one that refuses it.
func TestOnMachineThatStaysDown(t *testing.T) {
	for _, down := range []blame.Error{
		{Party: blame.User, Summary: "nothing is called box", Transient: true},
		{Party: blame.User, Summary: "the host key of box has changed"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &solo{rig: &Rig{}, to: &box{t: t, down: &down}}
			began := time.Now()
			_, err := s.reconnect(t.Context(), "")
			want, took := down.Summary, time.Duration(0)
			if down.Transient {
				want, took = "me@box did not come back within 10m0s: "+want, returnLimit
			}
			if err == nil || err.Error() != want || time.Since(began) != took {
				t.Errorf("%v after %v", err, time.Since(began))
			}
		})
	}
}

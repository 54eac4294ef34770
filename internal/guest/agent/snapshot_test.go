// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"testing"
	"time"

	"github.com/klptest/klptest/internal/guest/wire"
)

func TestRenewRefusesWhatIsNone(t *testing.T) {
	a, k := newGuest(t)
	now := time.Now()
	for _, r := range []*wire.Renewal{nil, {Now: now}, {Seed: make([]byte, 64)}, {Seed: make([]byte, maxSeed+1), Now: now}} {
		if err := a.renew(r); err == nil {
			t.Errorf("%+v", r)
		}
	}
	if k.Renewed != nil {
		t.Error("it was done")
	}
}

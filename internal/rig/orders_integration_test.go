// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"os"
	"strconv"
	"testing"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/judge"
)

// TestIntegrationOrders runs the shipped cases in random orders. If a case affected
// the next one on its guest, a run would be discarded. KLPTEST_ORDERS is the number
// of orders (make soak: 20).
func TestIntegrationOrders(t *testing.T) {
	orders, err := strconv.ParseUint(os.Getenv("KLPTEST_ORDERS"), 10, 16)
	if err != nil {
		t.Skip("make soak")
	}
	list, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, Options{Guests: Proven, Confirm: 2, Lean: true})
	defer r.Close()
	for seed := uint64(1); seed <= orders; seed++ {
		results, err := Collect(r.RunCases(t.Context(), cases.Shuffle(list, seed)))
		if err != nil || len(results) != len(list) {
			t.Fatalf("order %d: %d results, %v", seed, len(results), err)
		}
		for _, res := range results {
			if res.Verdict != judge.Pass && res.Verdict != judge.Skip || len(res.Discarded) > 0 {
				t.Errorf("order %d: %s %s %q, discarded %v", seed, res.Verdict, res.Name, res.Reasons, res.Discarded)
			}
		}
	}
}

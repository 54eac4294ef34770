// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"testing"

	"github.com/klptest/klptest/cases/casefile"
)

// TestGuard checks that no prose of a report is taken for a header, or for a misspelt one.
func TestGuard(t *testing.T) {
	for _, prose := range []string{"Needs: a lot", "needs: a lot", "Memory : low", "taints:\tW", "CPUs\u00a0: 4", "-- state --", "See: below\nNeeds:more"} {
		text := "A title.\n\n" + guard(prose) + "\n\n-- transcript --\n% sh uname\n= Linux\n"
		if _, err := casefile.Parse("x.txtar", []byte(text)); err != nil {
			t.Errorf("%q: %v", prose, err)
		}
	}
}

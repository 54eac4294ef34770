// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"

	"github.com/klptest/klptest/cases/klog"
)

// The bounds of a report about one case: enough to see what is wrong, whatever
// the guest has printed.
const (
	maxReasons = 40   // lines
	maxDiff    = 400  // lines
	maxShown   = 1000 // bytes of a line
	maxCompare = 5000 // lines that a diff compares, from the first wrong one on
)

// fewReasons keeps the first reasons, and says how many more there are.
func fewReasons(all []string) []string {
	few := make([]string, 0, min(len(all), maxReasons+1))
	for i, reason := range all {
		if i == maxReasons {
			return append(few, fmt.Sprintf("and %d more", len(all)-maxReasons))
		}
		few = append(few, klog.Clip(reason, maxShown))
	}
	return few
}

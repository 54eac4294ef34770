// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"path"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/kmods"
)

// The explorer loads each probe that klptest ships.
func TestProbesAreTheShippedOnes(t *testing.T) {
	shipped := slices.DeleteFunc(kmods.Names(), func(name string) bool {
		probe, err := path.Match("klp_[a-z]", name)
		return err != nil || !probe
	})
	if diff := cmp.Diff(shipped, probeNames); diff != "" {
		t.Error(diff)
	}
}

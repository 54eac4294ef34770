// SPDX-License-Identifier: Apache-2.0

package model

import (
	"path"
	"testing"

	"github.com/klptest/klptest/kmods"
)

// The model knows each probe that klptest ships.
func TestProbesAreTheShippedOnes(t *testing.T) {
	n := 0
	for _, name := range kmods.Names() {
		if probe, err := path.Match("klp_[a-z]", name); err != nil || !probe {
			continue
		}
		n++
		if got := probeNumber(address(name + ":init")); got != n {
			t.Errorf("%s is probe %d, the model's %d", name, n, got)
		}
	}
	if n == 0 {
		t.Error("there are none")
	}
}

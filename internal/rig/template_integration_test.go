// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"testing"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/kmods"
)

// TestIntegrationTemplateHasModules: nothing is copied to a clone for a shipped module, but
// for another of the same name.
func TestIntegrationTemplateHasModules(t *testing.T) {
	r := emulated(t)
	m := playing(t, r)
	a, err := m.Step(t.Context(), machine.Command{Text: "insmod klp_target", Verb: machine.Insmod, Args: []string{"klp_target"}}, time.Minute)
	if err != nil || a.Errno != "" || a.Stall != nil {
		t.Fatal(a, err)
	}
	list, err := r.modules.all()
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	for _, mod := range list {
		if !m.has(mod) || m.has(kmods.Module{Name: mod.Name, Path: mod.Path + "-own"}) {
			t.Errorf("%s: has %q", mod.Name, m.files[mod.Name])
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/vm"
)

func TestFaultsOfTheEmulator(t *testing.T) {
	fault := vm.Quirk{Name: "it adds wrong", Cost: "guests do not add", Fixed: "8.0"}
	for version, want := range map[string]string{
		"7.2": "QEMU 7.2: it adds wrong; without KVM guests do not add",
		"":    "QEMU of unknown version: it adds wrong; without KVM guests do not add",
	} {
		list := EmulatorFaults(version, []vm.Quirk{fault})
		if len(list) != 1 || list[0].OK || !list[0].Optional || list[0].Detail != want || !strings.Contains(list[0].Mend, "QEMU 8.0 or newer") {
			t.Errorf("%q: %+v", version, list)
		}
	}
	if list := EmulatorFaults("11.1", nil); list != nil {
		t.Errorf("nothing to mend, but %+v", list)
	}
}

func TestSelftests(t *testing.T) {
	f := Selftests([]depends.Need{{Name: "kmod"}, {Name: "insmod"}, {Name: "sysctl"}})
	if f.OK || !f.Optional || f.Detail != "klptest selftests cannot run: missing kmod insmod sysctl" || !strings.HasSuffix(f.Mend, "install kmod procps") {
		t.Errorf("%+v", f)
	}
	if f := Selftests(nil); !f.OK {
		t.Errorf("nothing is missing, but %+v", f)
	}
}

// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/klptest/klptest/cases/machine"
)

func TestConditionUnmet(t *testing.T) {
	facts := machine.Facts{
		Release: "6.12.117+deb12-amd64",
		Config:  map[string]string{"LIVEPATCH": "y", "VIRTIO_NET": "m", "NR_CPUS": "8192", "LSM": `"yama,apparmor"`, "KASAN": "n"},
		Sysfs:   map[string]bool{"replace": true, "stack_order": false},
	}
	const deb = "; this is 6.12.117+deb12-amd64"
	tests := []struct {
		condition string
		unmet     string // empty: it holds
	}{
		{"kernel >= 6.12", ""},
		{"kernel >=6.12.117", ""},
		{"kernel > 6.12.116", ""},
		{"kernel > 6.9", ""},
		{"kernel < 6.13", ""},
		{"kernel <= 6.12", ""},
		{"kernel == 6.12", ""},
		{"kernel == 6", ""},
		{"kernel != 6.11", ""},
		{"not kernel >= 6.14", ""},
		{"kernel > 6.12", "needs kernel > 6.12" + deb},
		{"kernel < 6.12", "needs kernel < 6.12" + deb},
		{"kernel >= 6.14", "needs kernel >= 6.14" + deb},
		{"kernel == 6.12.1", "needs kernel == 6.12.1" + deb},
		{"kernel != 6.12", "needs kernel != 6.12" + deb},
		{"not kernel == 6.12.117", "needs not kernel == 6.12.117" + deb},
		{"config LIVEPATCH", ""},
		{"config CONFIG_LIVEPATCH=y", ""},
		{"config VIRTIO_NET", ""},
		{"config VIRTIO_NET=m", ""},
		{"config NR_CPUS=8192", ""},
		{"not config KASAN", ""},
		{"config KASAN=n", ""},
		{"config NOT_THERE=n", ""},
		{"config VIRTIO_NET=y", "needs config VIRTIO_NET=y; it is m"},
		{"config KASAN", "needs config KASAN; it is not set"},
		{"not config LIVEPATCH", "needs not config LIVEPATCH; it is y"},
		{"sysfs replace", ""},
		{"not sysfs stack_order", ""},
		{"sysfs stack_order", "needs sysfs stack_order; there is no such attribute"},
		{"not sysfs replace", "needs not sysfs replace; there is such an attribute"},
		{"sysfs patched", "needs sysfs patched, which is unknown for this kernel"},
		{"not sysfs patched", "needs not sysfs patched, which is unknown for this kernel"},
	}
	for _, test := range tests {
		c, err := parseCondition(test.condition)
		if err != nil {
			t.Errorf("%s: %v", test.condition, err)
			continue
		}
		if got := c.unmet(facts); got != test.unmet {
			t.Errorf("%s: %q, want %q", test.condition, got, test.unmet)
		}
	}
}

func TestConditionUnknown(t *testing.T) {
	for _, text := range []string{"config LIVEPATCH", "not config LIVEPATCH", "kernel >= 1", "not kernel >= 1"} {
		c, err := parseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		want := "needs " + text + ", which is unknown for this kernel"
		if got := c.unmet(machine.Facts{Release: "unknown"}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestConditionString(t *testing.T) {
	kernel := rapid.Custom(func(t *rapid.T) string {
		op := rapid.SampledFrom([]string{">=", ">", "<=", "<", "==", "!="}).Draw(t, "op")
		return "kernel " + op + " " + rapid.StringMatching(`[0-9]{1,3}(\.[0-9]{1,3}){0,2}`).Draw(t, "version")
	})
	other := rapid.StringMatching(`config [A-Z0-9_]{1,9}(=(y|m|"a b"|[0-9]+))?|sysfs [a-z][a-z_]{0,9}`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "not "}).Draw(t, "not") + rapid.OneOf(kernel, other).Draw(t, "condition")
		c, err := parseCondition(text)
		if strings.Contains(text, "a b") {
			if err == nil {
				t.Fatalf("%q has a blank in its value", text)
			}
			return
		}
		if err != nil || c.String() != strings.Replace(text, "CONFIG_", "", 1) {
			t.Fatalf("%q is read as %q, %v", text, c, err)
		}
	})
}

// TestExactlyOneHolds: on a known kernel, a condition or its negation holds.
func TestExactlyOneHolds(t *testing.T) {
	f := machine.Facts{Release: "6.12.1", Config: map[string]string{"A": "y", "B": "m"}, Sysfs: map[string]bool{"replace": true, "force": false}}
	texts := []string{"kernel >= 6.12", "kernel > 6.12", "kernel < 6.12", "kernel == 6", "kernel != 6", "kernel <= 6.11", "config A", "config B=y", "config C", "config C=n", "sysfs replace", "sysfs force"}
	for _, text := range texts {
		yes, err1 := parseCondition(text)
		no, err2 := parseCondition("not " + text)
		if err1 != nil || err2 != nil || (yes.unmet(f) == "") == (no.unmet(f) == "") {
			t.Errorf("%s: %q and %q", text, yes.unmet(f), no.unmet(f))
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package cases

import "testing"

func TestConditionUnmet(t *testing.T) {
	facts := Facts{
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
		{"sysfs patched", "needs sysfs patched, which is not known of this kernel"},
		{"not sysfs patched", "needs not sysfs patched, which is not known of this kernel"},
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
		want := "needs " + text + ", which is not known of this kernel"
		if got := c.unmet(Facts{Release: "unknown"}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// SPDX-License-Identifier: Apache-2.0

package packaged

import "testing"

func TestLoose(t *testing.T) {
	want := Loose("6.1.0-56-amd64")
	for name, to := range map[string]string{
		"boot/vmlinuz-6.1.0-56-amd64":                                           "bzImage",
		"boot/config-6.1.0-56-amd64":                                            "config",
		"boot/System.map-6.1.0-56-amd64":                                        "",
		"lib/modules/6.1.0-56-amd64/kernel/drivers/char/virtio_console.ko":      "kernel/drivers/char/virtio_console.ko",
		"usr/lib/modules/6.1.0-56-amd64/kernel/drivers/virtio/virtio_pci.ko.xz": "kernel/drivers/virtio/virtio_pci.ko.xz",
		"lib/modules/6.1.0-56-amd64/kernel/drivers/char/tpm/tpm0/tpm0.ko":       "",
		"lib/modules/6.1.0-55-amd64/kernel/drivers/char/virtio_console.ko":      "",
		"lib/modules/6.1.0-56-amd64/modules.order":                              "",
	} {
		if got := want(name); got != to {
			t.Errorf("%s becomes %q, want %q", name, got, to)
		}
	}
}

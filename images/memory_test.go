// SPDX-License-Identifier: Apache-2.0

package images

import "testing"

func TestMemoryOfAKasanKernel(t *testing.T) {
	plain := (&Kernel{Config: map[string]string{"KASAN": "n"}}).Memory()
	if unknown := (&Kernel{}).Memory(); unknown != plain || plain != 512 {
		t.Errorf("%d and %d MiB", plain, unknown)
	}
	if kasan := (&Kernel{Config: map[string]string{"KASAN": "y"}}).Memory(); kasan <= plain {
		t.Errorf("%d MiB with KASAN", kasan)
	}
}

// SPDX-License-Identifier: Apache-2.0

package images

const (
	guestMemory = 512 // MiB
	kasanMemory = 640 // an eighth is shadow, and freed memory is kept for a while; more takes kmemleak longer to scan
)

// Memory is what a guest of this kernel should have, in MiB.
func (k *Kernel) Memory() int {
	if k.Config["KASAN"] == "y" {
		return kasanMemory
	}
	return guestMemory
}

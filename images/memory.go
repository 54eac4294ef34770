// SPDX-License-Identifier: Apache-2.0

package images

const (
	guestMemory = 512 // MiB
	kasanMemory = 640 // an eighth is shadow, and freed memory is kept for a while; more takes kmemleak longer to scan
	leastMemory = 128 // with 96, Debian's kernels do not unpack their initramfs
)

// Memory returns the memory that a guest of this kernel should have, in MiB.
func (k *Kernel) Memory() int {
	if k.Config["KASAN"] == "y" {
		return kasanMemory
	}
	return guestMemory
}

// LeastMemory returns roughly the memory that a guest of this kernel needs to
// boot, in MiB. With less the kernel dies, and is not to blame.
func (k *Kernel) LeastMemory() int { return leastMemory + k.Memory() - guestMemory }
